"""Why an alert that is due is not sent."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from signals.domain.bands import Band
from signals.domain.holdbacks import (
    Case,
    Circumstances,
    Holdback,
    holdbacks,
    is_import_settling,
)

TODAY = date(2026, 4, 16)
PLAIN = Case(Band.EIGHTY, TODAY, Fraction(8, 10), Circumstances())


def around(**circumstances: object) -> Case:
    return replace(PLAIN, circumstances=Circumstances(**circumstances))  # type: ignore[arg-type]


class TestHoldbacks:
    def test_lets_a_plain_alert_go_out(self) -> None:
        assert holdbacks(PLAIN) == ()

    @pytest.mark.parametrize(("days", "holds"), [(0, True), (29, True), (30, False)])
    def test_waits_30_days_after_a_purchase(self, days: int, holds: bool) -> None:
        case = around(last_purchase_on=TODAY - timedelta(days=days))
        assert holdbacks(case) == ((Holdback.RECENT_PURCHASE,) if holds else ())

    @pytest.mark.parametrize(
        ("band", "holds"),
        [(Band.EIGHTY, True), (Band.NEAR, True), (Band.FULL, False), (Band.OVER, False)],
    )
    def test_does_not_wait_when_seats_are_used_up_again(self, band: Band, holds: bool) -> None:
        case = replace(around(last_purchase_on=TODAY), band=band)
        assert (Holdback.RECENT_PURCHASE in holdbacks(case)) is holds

    @pytest.mark.parametrize(("days", "holds"), [(-1, False), (0, True), (30, True), (31, False)])
    def test_leaves_a_renewal_within_30_days_alone(self, days: int, holds: bool) -> None:
        case = around(renewal_on=TODAY + timedelta(days=days))
        assert holdbacks(case) == ((Holdback.RENEWAL_NEAR,) if holds else ())

    @pytest.mark.parametrize(
        ("circumstances", "reason"),
        [
            ({"has_open_quote": True}, Holdback.OPEN_QUOTE),
            ({"is_payment_overdue": True}, Holdback.PAYMENT_OVERDUE),
            ({"is_health_red": True}, Holdback.ADOPTION_FIRST),
            ({"is_import_settling": True}, Holdback.IMPORT_SETTLING),
        ],
    )
    def test_respects_what_else_is_going_on(
        self, circumstances: dict[str, bool], reason: Holdback
    ) -> None:
        assert holdbacks(around(**circumstances)) == (reason,)

    @pytest.mark.parametrize(
        ("utilization", "holds"),
        [(Fraction(59, 100), True), (Fraction(60, 100), False), (None, False)],
    )
    def test_puts_adoption_first_below_60_percent(
        self, utilization: Fraction | None, holds: bool
    ) -> None:
        case = replace(PLAIN, band=Band.FULL, utilization=utilization)
        assert holdbacks(case) == ((Holdback.ADOPTION_FIRST,) if holds else ())

    @pytest.mark.parametrize(("days", "holds"), [(1, True), (0, False), (-1, False)])
    def test_keeps_quiet_until_the_day_a_snooze_ends(self, days: int, holds: bool) -> None:
        case = replace(PLAIN, snoozed_until=TODAY + timedelta(days=days))
        assert holdbacks(case) == ((Holdback.SNOOZED,) if holds else ())

    def test_names_every_reason_in_a_fixed_order(self) -> None:
        case = around(is_payment_overdue=True, last_purchase_on=TODAY, has_open_quote=True)
        assert holdbacks(case) == (
            Holdback.RECENT_PURCHASE,
            Holdback.OPEN_QUOTE,
            Holdback.PAYMENT_OVERDUE,
        )


class TestImportSettling:
    @pytest.mark.parametrize(("hours", "settling"), [(0, True), (23, True), (24, False)])
    def test_takes_a_day(self, hours: int, settling: bool) -> None:
        now = datetime(2026, 4, 16, 9, tzinfo=UTC)
        assert is_import_settling(now - timedelta(hours=hours), now) is settling

    def test_needs_an_import(self) -> None:
        assert not is_import_settling(None, datetime(2026, 4, 16, tzinfo=UTC))
