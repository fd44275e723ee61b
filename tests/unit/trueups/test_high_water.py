"""The most seats at once, and what nothing that was bought covers."""

from datetime import UTC, datetime, timedelta

from billing.domain.period import Period
from trueups.domain.high_water import Change, Span, Step, day_mark, high_water, steps

START = datetime(2026, 1, 1, tzinfo=UTC)
QUARTER = Period(START, START + timedelta(days=90))


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def spans(*ranges: tuple[int, float, float | None]) -> list[Span]:
    """So many seats from a day to a day."""
    return [
        Span(day(first), None if last is None else day(last))
        for count, first, last in ranges
        for _ in range(count)
    ]


def bought(*changes: tuple[float, int]) -> list[Change]:
    return [Change(day(at), delta) for at, delta in changes]


class TestSteps:
    def test_begin_with_what_was_there(self) -> None:
        found = steps(spans((3, -10, None), (1, 5, 7)), bought((-20, 4), (5, 2)), QUARTER)
        assert found == [Step(day(0), 3, 4), Step(day(5), 4, 6), Step(day(7), 3, 6)]

    def test_count_a_seat_handed_on_once(self) -> None:
        found = steps(spans((1, 0, 5), (1, 5, 9)), [], QUARTER)
        assert [step.used for step in found] == [1, 1, 0]

    def test_leave_out_what_comes_at_the_end_or_is_empty(self) -> None:
        found = steps(spans((1, 90, None), (1, 4, 4), (1, -5, -3)), bought((90, 5)), QUARTER)
        assert [(step.used, step.purchased) for step in found] == [(0, 0)] * len(found)


class TestOverage:
    def test_is_the_largest_excess_and_its_first_moment(self) -> None:
        water = high_water(
            spans((10, 0, None), (2, 10, 12), (2, 20, 25)), bought((-1, 10)), QUARTER, day(90)
        )
        assert (water.peak_seats, water.peak_at) == (12, day(10))
        assert (water.overage, water.over_at) == (2, day(10))

    def test_there_is_none_under_what_was_bought(self) -> None:
        water = high_water(spans((10, 0, None)), bought((-1, 10)), QUARTER, day(90))
        assert (water.overage, water.over_at) == (0, None)

    def test_a_purchase_covers_the_peak_before_it(self) -> None:
        # 14 at once with 10 bought; 3 bought later in the quarter leave 1.
        used = spans((10, 0, None), (4, 10, 20))
        assert high_water(used, bought((-1, 10), (40, 3)), QUARTER, day(90)).overage == 1

    def test_so_does_one_after_the_quarter_until_it_is_counted(self) -> None:
        used, ledger = spans((14, 0, None)), bought((-1, 10), (95, 3), (99, 1))
        by_day = [high_water(used, ledger, QUARTER, day(n)).overage for n in (90, 95, 98, 99)]
        assert by_day == [4, 1, 1, 0]

    def test_seats_taken_away_later_do_not_raise_it(self) -> None:
        used = spans((10, 0, 30), (8, 30, None))
        assert high_water(used, bought((-1, 10), (30, -2)), QUARTER, day(90)).overage == 0

    def test_seats_bought_again_after_that_cover_nothing_more(self) -> None:
        # 15 at once on 10: 5 over. 4 go with a credit and 4 are bought: still the same 10.
        used = spans((15, 0, 10))
        ledger = bought((-1, 10), (91, -4), (92, 4))
        assert high_water(used, ledger, QUARTER, day(93)).overage == 5

    def test_changes_of_one_moment_are_one(self) -> None:
        ledger = bought((-1, 10), (91, 5), (91, -5))
        assert high_water(spans((12, 0, 5)), ledger, QUARTER, day(92)).overage == 2

    def test_what_earlier_quarters_will_be_charged_counts_as_bought(self) -> None:
        used = spans((16, 0, None))
        found = [high_water(used, bought((-1, 10)), QUARTER, day(90), n).overage for n in (4, 9)]
        assert found == [2, 0]

    def test_what_happens_after_it_is_counted_is_not_known(self) -> None:
        used, ledger = spans((12, 0, None)), bought((-1, 10), (50, 2))
        assert high_water(used, ledger, Period(START, day(40)), day(40)).overage == 2


class TestMarks:
    def test_of_a_day_are_those_of_its_moments(self) -> None:
        whole = Period(day(10), day(11))
        mark = day_mark(
            spans((10, 0, None), (5, 10.2, 10.3)), bought((0, 10), (10.25, 3), (11, 9)), whole
        )
        # 15 at once, 5 above the 10 of that moment; 13 purchased as the day ends.
        assert (mark.assigned_high, mark.overage_high, mark.purchased_at_end) == (15, 5, 13)

    def test_of_a_quiet_day_are_what_it_began_with(self) -> None:
        mark = day_mark(spans((3, 0, None)), bought((0, 5)), Period(day(10), day(11)))
        assert (mark.assigned_high, mark.overage_high, mark.purchased_at_end) == (3, 0, 5)
