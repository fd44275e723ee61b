"""What holds for the alert machine whatever an organization does."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from seats.domain.utilization import Utilization
from signals.domain.alerts import (
    AlertState,
    OpenAlert,
    OrganizationFacts,
    RaiseBand,
    ResolveAlert,
    acknowledge,
    decline,
    evaluate,
    seats_bought,
    snooze,
)
from signals.domain.holdbacks import Circumstances

START = date(2026, 4, 1)
FULL = OrganizationFacts(Utilization(100, 100, 80))


def on_day(number: int) -> date:
    return START + timedelta(days=number)


circumstances = st.builds(
    Circumstances,
    last_purchase_on=st.none() | st.dates(START, on_day(60)),
    has_open_quote=st.booleans(),
    is_payment_overdue=st.booleans(),
)
organizations = st.builds(
    OrganizationFacts,
    st.builds(Utilization, st.integers(0, 12), st.integers(0, 13), st.integers(0, 12)),
    st.just(Circumstances()) | circumstances,
)
histories = st.lists(organizations, max_size=40)


class TestLaws:
    @settings(max_examples=80, deadline=None)
    @given(histories, st.integers(0, 3))
    def test_the_same_or_an_older_day_changes_nothing(
        self, days: list[OrganizationFacts], back: int
    ) -> None:
        state = AlertState()
        for number, facts in enumerate(days):
            state, _ = evaluate(state, facts, on_day(number))
            assert evaluate(state, facts, on_day(number - back)) == (state, ())
            assert evaluate(state, FULL, on_day(number - back)) == (state, ())

    @settings(max_examples=80, deadline=None)
    @given(histories, st.data())
    def test_never_has_two_open_alerts(
        self, days: list[OrganizationFacts], data: st.DataObject
    ) -> None:
        state, open_alerts = AlertState(), 0
        for number, facts in enumerate(days):
            state, effects = evaluate(state, facts, on_day(number))
            action = data.draw(st.sampled_from(["none", "acknowledge", "snooze", "decline", "buy"]))
            if state.is_open and action == "acknowledge":
                state = acknowledge(state)
            elif state.is_open and action == "snooze":
                state = snooze(state, on_day(number + 3))
            elif state.is_open and action == "decline":
                state, more = decline(state, on_day(number))
                effects += more
            elif action == "buy":
                state, more = seats_bought(state, facts.seats, on_day(number))
                effects += more
            open_alerts += sum(isinstance(effect, OpenAlert) for effect in effects)
            open_alerts -= sum(isinstance(effect, ResolveAlert) for effect in effects)
            assert open_alerts == int(state.is_open)

    @settings(max_examples=80, deadline=None)
    @given(histories)
    def test_the_band_of_an_open_alert_only_rises(self, days: list[OrganizationFacts]) -> None:
        state = AlertState()
        for number, facts in enumerate(days):
            before = state
            state, effects = evaluate(state, facts, on_day(number))
            for effect in effects:
                if isinstance(effect, RaiseBand):
                    assert effect.band_to.is_above(effect.band_from)
            if before.is_open and state.is_open and before.band and state.band:
                assert state.band.rank >= before.band.rank
