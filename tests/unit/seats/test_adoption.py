"""How features spread: the curve, what it says after whole weeks, and the shades of the map."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from seats.domain.adoption import adoption_curve, after_weeks, shade

MONDAY = date(2026, 3, 2)


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


class TestAdoptionCurve:
    def test_counts_everybody_up_to_the_end_of_each_week_since_the_first_use(self) -> None:
        curve = adoption_curve(
            until=day(16),
            first_uses={day(0): 1, day(6): 1, day(7): 2, day(16): 1},
            # Ten people were active before anybody used it, two more came in the second week.
            first_activities={day(-30): 10, day(9): 2},
        )
        # Week 1 is days 0 to 6: 1 + 1 of 10; week 2 days 7 to 13: + 2 of 12; week 3 runs: + 1.
        assert [(p.week, p.users, p.people) for p in curve] == [(1, 2, 10), (2, 4, 12), (3, 5, 12)]
        assert [p.share for p in curve] == [Fraction(1, 5), Fraction(1, 3), Fraction(5, 12)]
        assert [(p.starts_on, p.ends_on) for p in curve] == [
            (day(0), day(6)),
            (day(7), day(13)),
            (day(14), day(16)),
        ]

    def test_is_empty_for_a_feature_that_nobody_used_by_then(self) -> None:
        assert adoption_curve(until=day(0), first_uses={day(1): 3}, first_activities={}) == ()
        assert adoption_curve(until=day(0), first_uses={}, first_activities={day(0): 1}) == ()

    def test_says_nothing_about_a_week_that_still_runs(self) -> None:
        uses = {day(0): 1}
        running = adoption_curve(until=day(26), first_uses=uses, first_activities=uses)
        over = adoption_curve(until=day(27), first_uses=uses, first_activities=uses)
        assert after_weeks(running, 4) is None
        assert after_weeks(over, 4) == over[3]
        assert after_weeks(over, 5) is None


PERSON = st.tuples(st.integers(0, 60), st.none() | st.integers(0, 30))


class TestAgainstANaiveRecount:
    @given(people=st.lists(PERSON, max_size=25), until=st.integers(0, 100))
    def test_every_point_is_what_going_through_the_people_one_by_one_gives(
        self, people: list[tuple[int, int | None]], until: int
    ) -> None:
        began = [day(start) for start, _later in people]
        used = [day(start + later) for start, later in people if later is not None]
        curve = adoption_curve(
            until=day(until),
            first_uses={each: used.count(each) for each in used},
            first_activities={each: began.count(each) for each in began},
        )
        for point in curve:
            assert point.users == sum(each <= point.ends_on for each in used)
            assert point.people == sum(each <= point.ends_on for each in began)
            assert 0 <= point.share <= 1
        assert bool(curve) == any(each <= day(until) for each in used)
        if curve:
            assert curve[-1].ends_on == day(until)
            assert [p.users for p in curve] == sorted(p.users for p in curve)


class TestShade:
    def test_is_one_step_for_each_started_fifth(self) -> None:
        assert [shade(users, 10) for users in range(11)] == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]

    def test_is_none_where_nobody_was_active_and_never_beyond_the_darkest(self) -> None:
        assert shade(3, 0) == 0
        assert shade(12, 10) == 5
