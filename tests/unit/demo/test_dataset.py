"""The demo's data set: its plans come out as they are meant, at whatever moment it is loaded."""

from datetime import UTC, datetime, timedelta

import pytest

from demo.dataset.activity import FEATURES, WEEK, read_activity, weeks_for_active, weeks_to_now
from demo.dataset.beginnings import BEGINNERS
from demo.dataset.cast import CUSTOMERS, THE_STORY, Customer, State
from demo.dataset.names import people_of
from demo.dataset.payers import PAYERS, in_this_month
from demo.dataset.plan import Plan, make_plan
from demo.dataset.true_ups import CASES

SOURCE = read_activity()
MOMENTS = [
    datetime(2026, 11, 21, 21, tzinfo=UTC) + timedelta(hours=h) for h in (0, 29, 71, 120, 160)
]


def plan_of(external_id: str, now: datetime) -> tuple[Plan, set[str]]:
    customer = next(c for c in CUSTOMERS if c.external_id == external_id)
    activity = SOURCE[external_id]
    least = weeks_to_now(SOURCE, now)
    weeks = (
        weeks_for_active(activity, now=now, least_weeks=least, active=8)
        if customer is THE_STORY
        else least + customer.weeks_back
    )
    past = activity.shifted(weeks * WEEK).until(now)
    return make_plan(customer, past, now), past.active_at(now)


class TestActivity:
    def test_is_that_of_every_organization(self) -> None:
        assert SOURCE.keys() == {customer.external_id for customer in CUSTOMERS}
        assert sum(len(activity.happenings) for activity in SOURCE.values()) == 18_764

    def test_keeps_features_apart(self) -> None:
        for activity in SOURCE.values():
            features = {happening.event["feature"] for happening in activity.happenings}
            assert features <= set(FEATURES)
        # killbill has most: 21 folders
        assert len({h.event["feature"] for h in SOURCE["killbill"].happenings}) == 21

    @pytest.mark.parametrize("now", MOMENTS)
    def test_ends_less_than_a_week_ago(self, now: datetime) -> None:
        weeks = weeks_to_now(SOURCE, now)
        last = max(activity.ends_at for activity in SOURCE.values()) + weeks * WEEK
        assert timedelta(0) <= now - last < WEEK


@pytest.mark.parametrize("now", MOMENTS)
class TestTheStory:
    def test_has_8_of_10_seats_in_use(self, now: datetime) -> None:
        plan, active = plan_of(THE_STORY.external_id, now)
        assert (len(active), plan.seats) == (8, 10)
        assert plan.seated == active

    def test_stays_so_for_a_day(self, now: datetime) -> None:
        activity = SOURCE[THE_STORY.external_id]
        least = weeks_to_now(SOURCE, now)
        weeks = weeks_for_active(activity, now=now, least_weeks=least, active=8)
        past = activity.shifted(weeks * WEEK).until(now)
        assert len(past.active_at(now + timedelta(hours=24))) == 8
        # Three daily evaluations in a row open the alert.
        assert all(len(past.active_at(now - timedelta(days=n))) >= 8 for n in (1, 2, 3))


@pytest.mark.parametrize("now", MOMENTS)
class TestEveryPlan:
    @pytest.mark.parametrize("customer", CUSTOMERS, ids=lambda c: c.external_id)
    def test_never_seats_more_people_than_seats(self, customer: Customer, now: datetime) -> None:
        plan, _active = plan_of(customer.external_id, now)
        capacity, sitting = 0, set[str]()
        for step in plan.steps:
            capacity = step.seats or capacity
            if step.joins:
                assert step.joins not in sitting
                sitting.add(step.joins)
            if step.leaves:
                sitting.remove(step.leaves)
            assert len(sitting) <= capacity
        assert capacity == plan.seats
        assert sitting == plan.seated

    @pytest.mark.parametrize("customer", CUSTOMERS, ids=lambda c: c.external_id)
    def test_buys_nothing_in_the_last_month(self, customer: Customer, now: datetime) -> None:
        """A purchase of the last 30 days would hold alerts back."""
        plan, _active = plan_of(customer.external_id, now)
        assert all(step.at < now - timedelta(days=35) for step in plan.steps if step.seats)

    def test_shows_the_state_it_is_meant_to(self, now: datetime) -> None:
        for customer in CUSTOMERS:
            plan, active = plan_of(customer.external_id, now)
            free = plan.seats - len(plan.seated)
            match customer.state:
                case State.FULL:
                    assert free == 0
                    assert len(plan.waiting) == 2
                case State.NEAR:
                    assert free == 1
                case State.LOW:
                    assert len(active) / plan.seats < 0.6
                case State.HEALTHY:
                    assert 0.4 <= len(active) / plan.seats < 0.8
                case State.EIGHTY_PERCENT:
                    assert len(active) / plan.seats == 0.8


class TestPayers:
    def test_are_organizations_of_their_own(self) -> None:
        everybody = [
            *CUSTOMERS,
            *(beginner.customer for beginner in BEGINNERS),
            *PAYERS,
            *(case.customer for case in CASES),
        ]
        for names in zip(*((c.external_id, c.name, c.domain) for c in everybody), strict=True):
            assert len(set(names)) == len(everybody) == 20

    @pytest.mark.parametrize("minutes", [1, 60, 60 * 24 * 3, 60 * 24 * 29])
    def test_note_small_additions_in_the_month_that_is_not_over(self, minutes: int) -> None:
        # Bremen is an hour ahead of UTC in November: its month began at 23:00 on October 31.
        began_at = datetime(2026, 10, 31, 23, tzinfo=UTC)
        now = began_at + timedelta(minutes=minutes)
        first, second = in_this_month(now, "Europe/Berlin")
        assert began_at < first < second < now


class TestNames:
    def test_are_the_same_every_time_and_no_address_is_twice(self) -> None:
        members = sorted(SOURCE["wagtail"].spans())
        people = people_of(members=members, culture="en", domain="wharton.example")
        again = people_of(members=members, culture="en", domain="wharton.example")
        assert people == again
        assert len({person.email for person in people.values()}) == len(members) > 250
