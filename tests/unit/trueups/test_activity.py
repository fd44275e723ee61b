"""Who is active under the terms of a quarter."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueups.domain.activity import active_spans, is_inactive, last_day_before, overlap, window_days
from trueups.domain.high_water import Span
from trueups.domain.terms import Activity

END = datetime(2026, 4, 1, tzinfo=UTC)
FIRST = date(2026, 1, 1)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def at(number: float) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)


class TestWindow:
    def test_ends_with_its_last_day(self) -> None:
        assert window_days(date(2026, 3, 31), Activity()) == (date(2026, 3, 4), date(2026, 3, 31))

    def test_of_a_quarter_ends_with_the_day_of_its_last_moment(self) -> None:
        assert last_day_before(END) == date(2026, 3, 31)
        # Midnight in Berlin is 22:00 UTC: that day of UTC has begun and counts.
        assert last_day_before(datetime(2026, 3, 31, 22, tzinfo=UTC)) == date(2026, 3, 31)


class TestInactive:
    @pytest.mark.parametrize(
        ("days", "needed", "inactive"),
        [(0, 1, True), (1, 1, False), (2, 3, True), (3, 3, False)],
    )
    def test_is_who_was_active_on_too_few_days(
        self, days: int, needed: int, inactive: bool
    ) -> None:
        activity = Activity(least_active_days=needed)
        assert is_inactive(days, END - timedelta(days=90), END, activity) is inactive

    def test_is_not_who_has_the_seat_for_less_than_the_window(self) -> None:
        held = [timedelta(days=28), timedelta(days=28) - timedelta(seconds=1)]
        assert [is_inactive(0, END - span, END, Activity()) for span in held] == [True, False]


class TestActiveSpans:
    def test_last_for_the_window_from_the_day_itself(self) -> None:
        assert active_spans([day(5)], Activity(window_days=7)) == [Span(at(5), at(12))]

    def test_join_where_they_touch(self) -> None:
        seven = Activity(window_days=7)
        assert active_spans([day(5), day(12)], seven) == [Span(at(5), at(19))]
        assert active_spans([day(13), day(5)], seven) == [Span(at(5), at(12)), Span(at(13), at(20))]

    def test_begin_with_the_day_that_makes_it_enough(self) -> None:
        # Two of seven days: days 5 and 9, until day 5 leaves the window.
        twice = Activity(window_days=7, least_active_days=2)
        assert active_spans([day(5), day(9)], twice) == [Span(at(9), at(12))]
        assert active_spans([day(5), day(12)], twice) == []

    def test_of_nobody_are_none(self) -> None:
        assert active_spans([], Activity()) == []

    @given(
        days=st.sets(st.integers(0, 60), max_size=12),
        window=st.integers(1, 20),
        least=st.integers(1, 4),
    )
    def test_agree_with_counting_every_day(self, days: set[int], window: int, least: int) -> None:
        if least > window:
            return
        spans = active_spans([day(n) for n in days], Activity(window, least))
        for number in range(100):
            noon = at(number + 0.5)
            counted = sum(number - window < active <= number for active in days)
            inside = any(span.end and span.start <= noon < span.end for span in spans)
            assert inside is (counted >= least)


class TestOverlap:
    ACTIVE = (Span(at(10), at(20)), Span(at(30), at(40)))

    def test_is_what_both_have(self) -> None:
        assert overlap(Span(at(15), at(35)), self.ACTIVE) == [
            Span(at(15), at(20)), Span(at(30), at(35)),
        ]  # fmt: skip

    def test_of_an_open_seat_ends_with_activity(self) -> None:
        assert overlap(Span(at(39)), self.ACTIVE) == [Span(at(39), at(40))]

    def test_is_nothing_where_they_only_touch(self) -> None:
        assert overlap(Span(at(20), at(30)), self.ACTIVE) == []

    def test_is_open_where_both_are(self) -> None:
        assert overlap(Span(at(1)), [Span(at(2))]) == [Span(at(2))]
