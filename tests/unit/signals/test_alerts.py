"""The alert machine: one alert, rising bands, once a day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from seats.domain.utilization import Utilization
from signals.domain.alerts import (
    AlertNotOpen,
    AlertState,
    AlertStatus,
    Effect,
    EndSnooze,
    HoldBack,
    OpenAlert,
    OrganizationFacts,
    RaiseBand,
    Resolution,
    ResolveAlert,
    acknowledge,
    decline,
    evaluate,
    seats_bought,
    snooze,
)
from signals.domain.bands import Band
from signals.domain.holdbacks import Circumstances, Holdback

START = date(2026, 4, 1)


def seats(active: int, assigned: int | None = None, purchased: int = 100) -> OrganizationFacts:
    """An organization of 100 seats, 80 of them assigned unless said otherwise."""
    return OrganizationFacts(Utilization(purchased, 80 if assigned is None else assigned, active))


QUIET = seats(76)
EIGHTY = seats(80)
NEAR = seats(80, 92)
FULL = seats(80, 100)
OVER = seats(80, 101)
CLEAR = seats(70)


def run(
    *days: OrganizationFacts, state: AlertState | None = None, start: date = START
) -> tuple[AlertState, list[tuple[Effect, ...]]]:
    """Evaluate one day after the other; the effects of each day."""
    current = state or AlertState()
    effects = []
    for number, facts in enumerate(days):
        current, day = evaluate(current, facts, start + timedelta(days=number))
        effects.append(day)
    return current, effects


def firing(facts: OrganizationFacts = EIGHTY) -> AlertState:
    """An alert that fired on 3 April at the latest."""
    state, _ = run(facts, facts, facts)
    assert state.status is AlertStatus.FIRING
    return state


def on_day(number: int) -> date:
    return START + timedelta(days=number)


class TestOpening:
    def test_waits_for_three_evaluations_in_a_row_at_eighty(self) -> None:
        state, effects = run(EIGHTY, EIGHTY)
        assert state.status is AlertStatus.PENDING
        assert effects == [(), ()]
        state, effects = run(EIGHTY, EIGHTY, EIGHTY)
        assert state.status is AlertStatus.FIRING
        assert effects == [(), (), (OpenAlert(Band.EIGHTY),)]

    def test_starts_over_when_the_row_breaks(self) -> None:
        state, effects = run(EIGHTY, EIGHTY, QUIET, EIGHTY, EIGHTY)
        assert state.status is AlertStatus.PENDING
        assert effects == [()] * 5

    def test_returns_to_ok_when_the_row_breaks(self) -> None:
        assert run(EIGHTY, QUIET)[0].status is AlertStatus.OK

    @pytest.mark.parametrize(
        ("facts", "band"), [(NEAR, Band.NEAR), (FULL, Band.FULL), (OVER, Band.OVER)]
    )
    def test_is_immediate_for_the_other_bands(self, facts: OrganizationFacts, band: Band) -> None:
        state, effects = run(facts)
        assert state.status is AlertStatus.FIRING
        assert effects == [(OpenAlert(band),)]

    def test_counts_evaluations_across_a_missed_day(self) -> None:
        state = AlertState()
        for number in (0, 2, 5):
            state, effects = evaluate(state, EIGHTY, on_day(number))
        assert effects == (OpenAlert(Band.EIGHTY),)

    def test_does_not_count_days_near_the_limit_as_days_at_eighty(self) -> None:
        nearly = seats(70, 92)
        held = replace(nearly, circumstances=Circumstances(has_open_quote=True))
        _, effects = run(held, held, held, EIGHTY, EIGHTY, EIGHTY)
        assert effects[3:] == [(), (), (OpenAlert(Band.EIGHTY),)]

    def test_ignores_eighty_percent_of_four_seats(self) -> None:
        small = OrganizationFacts(Utilization(4, 2, 4))
        state, effects = run(small, small, small, small)
        assert state.status is AlertStatus.OK
        assert effects == [()] * 4


class TestRaising:
    def test_updates_and_notifies_once_per_higher_band(self) -> None:
        _, effects = run(NEAR, FULL, FULL, OVER, OVER)
        assert effects == [
            (OpenAlert(Band.NEAR),),
            (RaiseBand(Band.NEAR, Band.FULL),),
            (),
            (RaiseBand(Band.FULL, Band.OVER),),
            (),
        ]

    def test_is_silent_about_a_lower_band_and_its_return(self) -> None:
        state, effects = run(FULL, NEAR, FULL)
        assert effects == [(OpenAlert(Band.FULL),), (), ()]
        assert state.band is Band.FULL

    def test_brings_an_acknowledged_alert_back(self) -> None:
        state = acknowledge(firing())
        state, effects = evaluate(state, FULL, on_day(3))
        assert state.status is AlertStatus.FIRING
        assert effects == (RaiseBand(Band.EIGHTY, Band.FULL),)


class TestResolving:
    def test_needs_seven_clear_evaluations_in_a_row(self) -> None:
        state, effects = run(*[CLEAR] * 6, QUIET, *[CLEAR] * 7, state=firing(), start=on_day(3))
        assert effects[:-1] == [()] * 13
        assert effects[-1] == (ResolveAlert(Band.EIGHTY, Resolution.CLEARED),)
        assert state.status is AlertStatus.RESOLVED

    def test_does_not_happen_while_the_seats_are_full(self) -> None:
        unused = seats(65, 100)
        state, effects = run(unused, *[unused] * 20)
        assert state.status is AlertStatus.FIRING
        assert effects[1:] == [()] * 20

    def test_happens_at_once_when_seats_are_bought(self) -> None:
        state = firing()
        bought = Utilization(purchased=130, assigned=80, active=80)
        state, effects = seats_bought(state, bought, on_day(2))
        assert effects == (ResolveAlert(Band.EIGHTY, Resolution.SEATS_BOUGHT),)
        assert state.status is AlertStatus.RESOLVED

    def test_happens_once_when_purchase_and_evaluation_meet(self) -> None:
        bought = Utilization(purchased=130, assigned=80, active=80)
        state, _ = seats_bought(firing(), bought, on_day(2))
        again, effects = seats_bought(state, bought, on_day(2))
        assert (again, effects) == (state, ())
        assert evaluate(state, OrganizationFacts(bought), on_day(3))[1] == ()

    def test_notices_a_purchase_that_nobody_reported(self) -> None:
        _, effects = evaluate(firing(), seats(80, purchased=130), on_day(3))
        assert effects == (ResolveAlert(Band.EIGHTY, Resolution.SEATS_BOUGHT),)

    @pytest.mark.parametrize("quieten", [acknowledge, lambda state: snooze(state, on_day(30))])
    def test_ends_an_acknowledged_or_snoozed_alert_too(
        self, quieten: Callable[[AlertState], AlertState]
    ) -> None:
        _, effects = run(*[CLEAR] * 7, state=quieten(firing()), start=on_day(3))
        assert effects[-1] == (ResolveAlert(Band.EIGHTY, Resolution.CLEARED),)


class TestCooldown:
    def test_lasts_30_days_after_clearing(self) -> None:
        # fired on day 2, clear on days 3 to 9, resolved on day 9: quiet until day 38
        state, _ = run(*[CLEAR] * 7, state=firing(), start=on_day(3))
        state, effects = run(*[EIGHTY] * 29, state=state, start=on_day(10))
        assert effects == [()] * 29
        assert state.status is AlertStatus.RESOLVED
        _, effects = run(EIGHTY, state=state, start=on_day(39))
        assert effects == [(OpenAlert(Band.EIGHTY),)]

    def test_lasts_90_days_after_a_decline(self) -> None:
        state, effects = decline(firing(FULL), on_day(3))
        assert effects == (ResolveAlert(Band.FULL, Resolution.DECLINED),)
        assert evaluate(state, FULL, on_day(92))[1] == ()
        assert evaluate(state, FULL, on_day(93))[1] == (OpenAlert(Band.FULL),)

    @pytest.mark.parametrize(
        ("facts", "pierces"), [(EIGHTY, False), (NEAR, False), (FULL, True), (OVER, True)]
    )
    def test_is_pierced_by_a_higher_band_only(
        self, facts: OrganizationFacts, pierces: bool
    ) -> None:
        state, _ = decline(firing(NEAR), on_day(3))
        _, effects = run(facts, facts, facts, state=state, start=on_day(4))
        assert any(effects) is pierces

    def test_after_a_purchase_is_pierced_by_what_rises_above_the_rest(self) -> None:
        # over at 101 of 100; 20 more seats leave no band; full again within the month is news
        state, _ = seats_bought(firing(OVER), Utilization(120, 101, 80), on_day(3))
        _, effects = evaluate(state, seats(80, 120, purchased=120), on_day(10))
        assert effects == (OpenAlert(Band.FULL),)

    def test_turns_to_ok_when_it_is_over(self) -> None:
        state, _ = decline(firing(), on_day(3))
        assert evaluate(state, QUIET, on_day(92))[0].status is AlertStatus.RESOLVED
        assert evaluate(state, QUIET, on_day(93))[0].status is AlertStatus.OK


class TestHoldingBack:
    QUOTED = Circumstances(has_open_quote=True)

    def test_records_the_reason_each_day_it_was_due(self) -> None:
        held = replace(FULL, circumstances=self.QUOTED)
        state, effects = run(held, held)
        assert effects == [(HoldBack(Band.FULL, (Holdback.OPEN_QUOTE,)),)] * 2
        assert state.status is AlertStatus.PENDING

    def test_opens_as_soon_as_the_reason_is_gone(self) -> None:
        held = replace(EIGHTY, circumstances=self.QUOTED)
        _, effects = run(held, held, held, EIGHTY)
        assert effects[2:] == [
            (HoldBack(Band.EIGHTY, (Holdback.OPEN_QUOTE,)),),
            (OpenAlert(Band.EIGHTY),),
        ]

    def test_does_not_count_a_row_that_was_not_due_yet(self) -> None:
        held = replace(EIGHTY, circumstances=self.QUOTED)
        assert run(held, held)[1] == [(), ()]

    def test_holds_a_higher_band_back_too(self) -> None:
        held = replace(FULL, circumstances=self.QUOTED)
        state, effects = run(NEAR, held, FULL)
        assert effects[1:] == [
            (HoldBack(Band.FULL, (Holdback.OPEN_QUOTE,)),),
            (RaiseBand(Band.NEAR, Band.FULL),),
        ]
        assert state.band is Band.FULL


class TestSnooze:
    def test_fires_again_on_its_day(self) -> None:
        state = snooze(firing(), on_day(5))
        state, effects = run(EIGHTY, EIGHTY, EIGHTY, state=state, start=on_day(3))
        assert effects == [(), (), (EndSnooze(Band.EIGHTY),)]
        assert state.status is AlertStatus.FIRING

    def test_holds_a_higher_band_back_until_then(self) -> None:
        state = snooze(firing(), on_day(4))
        _, effects = run(FULL, FULL, state=state, start=on_day(3))
        assert effects == [
            (HoldBack(Band.FULL, (Holdback.SNOOZED,)),),
            (EndSnooze(Band.EIGHTY), RaiseBand(Band.EIGHTY, Band.FULL)),
        ]

    @pytest.mark.parametrize("status", [AlertStatus.OK, AlertStatus.PENDING, AlertStatus.RESOLVED])
    def test_needs_an_open_alert(self, status: AlertStatus) -> None:
        closed = AlertState(status=status)
        with pytest.raises(AlertNotOpen):
            snooze(closed, on_day(5))
        with pytest.raises(AlertNotOpen):
            acknowledge(closed)
        with pytest.raises(AlertNotOpen):
            decline(closed, on_day(5))
