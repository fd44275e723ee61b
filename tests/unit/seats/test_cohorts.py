"""Newcomers of a month: quartiles over everybody who came, and who can be judged already."""

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from seats.domain.cohorts import Cohort, Retention, days_until, may_be_judged

MARCH = date(2026, 3, 1)
QUARTERS = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))


def cohort(people: int, days: dict[int, int]) -> Cohort:
    return Cohort(MARCH, people, days, Retention(0, 0), Retention(0, 0))


class TestTimeToFirstValue:
    def test_counts_those_who_never_got_there_in_the_whole(self) -> None:
        # Of 8 people 3 had it on the first day, 1 after 2 days, 1 after 9, three never.
        newcomers = cohort(8, {9: 1, 0: 3, 2: 1})
        assert newcomers.reached == 5
        assert newcomers.first_quartile == 0  # 2 of 8
        assert newcomers.median == 2  # 4 of 8
        assert newcomers.third_quartile is None  # 6 of 8 are needed, 5 have it

    def test_is_unknown_as_long_as_nobody_has_it(self) -> None:
        assert cohort(3, {}).median is None
        assert cohort(0, {}).median is None

    @given(days=st.lists(st.none() | st.integers(0, 60), max_size=30))
    def test_is_the_first_day_on_which_counting_one_by_one_reaches_the_part(
        self, days: list[int | None]
    ) -> None:
        reached = [each for each in days if each is not None]
        for part in QUARTERS:
            naive = next(
                (
                    day
                    for day in range(61)
                    if any(each <= day for each in reached)
                    and sum(each <= day for each in reached) >= part * len(days)
                ),
                None,
            )
            assert days_until(part, Counter(reached), len(days)) == naive


class TestRetention:
    def test_is_a_share_of_those_whose_seven_days_are_over(self) -> None:
        assert Retention(people=8, kept=6).share == Fraction(3, 4)
        assert Retention(people=0, kept=0).share is None

    def test_can_be_judged_the_day_after_its_seventh_day(self) -> None:
        # Began on 1 March: days 7 to 13 are 8 to 14 March.
        assert not may_be_judged(MARCH, 7, today=date(2026, 3, 14))
        assert may_be_judged(MARCH, 7, today=date(2026, 3, 15))
        assert may_be_judged(MARCH, 28, today=MARCH + timedelta(days=35))
