"""How an increase is collected, what may still be bought on terms, and when a month ends."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from billing.domain.collection import (
    Collection,
    Conditions,
    collection_of,
    due_on,
    invoiced_at,
    month_of,
    room_minor,
)

JAKARTA = ZoneInfo("Asia/Jakarta")
NEW_YORK = ZoneInfo("America/New_York")


class TestCollectionOf:
    @pytest.mark.parametrize(
        ("total_minor", "how"),
        [
            (-1, Collection.INVOICE),
            (0, Collection.INVOICE),
            (1, Collection.MONTHLY),
            (4_999, Collection.MONTHLY),
            (5_000, Collection.INVOICE),
        ],
    )
    def test_bundles_what_is_small_and_to_be_paid(self, total_minor: int, how: Collection) -> None:
        agreed = Conditions(by_invoice=True, is_monthly=True, monthly_below_minor=5_000)
        assert collection_of(agreed, total_minor) is how

    def test_is_by_card_when_nothing_was_agreed(self) -> None:
        assert collection_of(Conditions(), 100) is Collection.CARD

    def test_bundles_nothing_unless_agreed(self) -> None:
        assert collection_of(Conditions(monthly_below_minor=5_000), 100) is Collection.CARD


class TestRoom:
    def test_is_the_limit_less_what_is_open_and_noted(self) -> None:
        agreed = Conditions(by_invoice=True, credit_limit_minor=10_000)
        assert room_minor(agreed, open_minor=3_000, noted_minor=500) == 6_500

    def test_is_never_below_zero(self) -> None:
        agreed = Conditions(by_invoice=True, credit_limit_minor=10_000)
        assert room_minor(agreed, open_minor=10_000, noted_minor=0) == 0
        assert room_minor(agreed, open_minor=9_000, noted_minor=1_001) == 0

    def test_is_none_without_a_limit(self) -> None:
        assert room_minor(Conditions(by_invoice=True), open_minor=0, noted_minor=0) == 0


class TestMonth:
    def test_is_the_one_on_the_organizations_wall(self) -> None:
        # 31 January 18:00 in London is 1 February 01:00 in Jakarta.
        late = datetime(2028, 1, 31, 18, 0, tzinfo=UTC)
        assert month_of(late, UTC) == date(2028, 1, 1)
        assert month_of(late, JAKARTA) == date(2028, 2, 1)

    @pytest.mark.parametrize(
        ("month", "following"),
        [
            (date(2028, 1, 1), datetime(2028, 2, 1, tzinfo=UTC)),
            (date(2028, 2, 1), datetime(2028, 3, 1, tzinfo=UTC)),
            (date(2028, 4, 1), datetime(2028, 5, 1, tzinfo=UTC)),
            (date(2028, 12, 1), datetime(2029, 1, 1, tzinfo=UTC)),
        ],
    )
    def test_is_invoiced_when_the_next_begins(self, month: date, following: datetime) -> None:
        assert invoiced_at(month, UTC) == following

    def test_is_invoiced_at_local_midnight(self) -> None:
        # Midnight of 1 February in Jakarta, seven hours ahead
        assert invoiced_at(date(2028, 1, 1), JAKARTA) == datetime(2028, 1, 31, 17, tzinfo=UTC)


class TestDueOn:
    def test_counts_net_days_from_issue(self) -> None:
        assert due_on(datetime(2028, 2, 1, 12, tzinfo=UTC), 30, UTC) == date(2028, 3, 2)

    def test_is_a_day_of_the_organizations_zone(self) -> None:
        # 03:00 in London is the evening before in New York.
        assert due_on(datetime(2028, 3, 2, 3, tzinfo=UTC), 0, NEW_YORK) == date(2028, 3, 1)


class TestConditions:
    def test_are_30_days_by_card_until_something_is_agreed(self) -> None:
        assert Conditions() == Conditions(False, 30, 0, False, 0)
