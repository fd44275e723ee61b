"""The machine of findings: patience, hold-backs, cooldown, answers."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from seats.domain.utilization import Utilization
from signals.domain.alerts import (
    AlertState,
    AlertStatus,
    EndSnooze,
    HoldBack,
    OrganizationFacts,
    ResolveAlert,
    decline,
    snooze,
)
from signals.domain.findings import (
    FindingOutcome,
    FindingRule,
    OpenFinding,
    Presence,
    evaluate_finding,
    is_at_rest,
)
from signals.domain.holdbacks import Circumstances, Holdback

FIRST = date(2026, 3, 2)
THERE, BETWEEN, GONE = Presence.THERE, Presence.BETWEEN, Presence.GONE
PATIENT = FindingRule(fires_after=3, ends_after=2, cooldown=timedelta(days=10))
QUIET = OrganizationFacts(Utilization(purchased=10, assigned=5, active=7))


def look(
    state: AlertState,
    n: int,
    presence: Presence,
    rule: FindingRule = PATIENT,
    facts: OrganizationFacts = QUIET,
) -> FindingOutcome:
    """Evaluate day `n`."""
    return evaluate_finding(
        state, FIRST + timedelta(days=n), presence=presence, facts=facts, rule=rule
    )


def fold(days: str, rule: FindingRule = PATIENT) -> tuple[AlertState, list[tuple[int, type]]]:
    """Evaluate a word of T(here), B(etween), G(one); return the state and (day, effect)."""
    state, seen = AlertState(), []
    for n, letter in enumerate(days):
        presence = {"T": THERE, "B": BETWEEN, "G": GONE}[letter]
        state, effects = look(state, n, presence, rule)
        seen += [(n, type(effect)) for effect in effects]
    return state, seen


class TestAFinding:
    def test_opens_on_the_third_evaluation_in_a_row(self) -> None:
        assert fold("TT")[1] == []
        assert fold("TTT")[1] == [(2, OpenFinding)]

    def test_begins_anew_after_a_day_between_the_thresholds(self) -> None:
        assert fold("TTBTT")[1] == []

    def test_ends_after_two_evaluations_without_it(self) -> None:
        assert fold("TTTGTGG")[1] == [(2, OpenFinding), (6, ResolveAlert)]

    def test_does_not_end_between_the_thresholds(self) -> None:
        state, seen = fold("TTTBBBB")
        assert (state.is_open, len(seen)) == (True, 1)

    def test_cools_down_for_ten_days(self) -> None:
        # Ended on day 4, cool until day 14; there again since day 5, so due at once then.
        _, seen = fold("TTTGG" + "T" * 12)
        assert seen == [(2, OpenFinding), (4, ResolveAlert), (14, OpenFinding)]

    def test_rests_once_the_cooldown_is_over(self) -> None:
        state, _ = fold("TTTGG" + "G" * 10)
        assert is_at_rest(state)
        assert not is_at_rest(fold("TTTGG" + "G" * 9)[0])

    def test_opens_at_once_and_ends_at_once_by_default(self) -> None:
        assert fold("TG", FindingRule())[1] == [(0, OpenFinding), (1, ResolveAlert)]

    def test_is_held_back_for_its_own_reasons_alone(self) -> None:
        # 5 of 10 active: adoption first; and a payment is overdue.
        facts = OrganizationFacts(
            Utilization(purchased=10, assigned=5, active=5), Circumstances(is_payment_overdue=True)
        )
        rule = FindingRule(held_back_by=frozenset({Holdback.PAYMENT_OVERDUE}))
        state, effects = look(AlertState(), 0, THERE, rule, facts)
        assert effects == (HoldBack(None, (Holdback.PAYMENT_OVERDUE,)),)
        assert state.status is AlertStatus.PENDING
        assert look(state, 1, THERE, rule)[1] == (OpenFinding(),)

    def test_fires_again_when_its_snooze_ends(self) -> None:
        state, _ = fold("TTT")
        state = snooze(state, FIRST + timedelta(days=5))
        for n in (3, 4):
            state, effects = look(state, n, THERE)
            assert effects == ()
        assert look(state, 5, THERE)[1] == (EndSnooze(None),)

    def test_stays_away_for_ninety_days_after_a_decline(self) -> None:
        state, _ = fold("TTT")
        state, _ = decline(state, FIRST + timedelta(days=2))
        opened = []
        for n in range(3, 100):
            state, effects = look(state, n, THERE)
            opened += [n for effect in effects if isinstance(effect, OpenFinding)]
        assert opened == [92]


class TestAnyHistory:
    @given(
        st.text("TBG", min_size=1, max_size=60),
        st.lists(st.integers(0, 59), max_size=10),
    )
    def test_gives_the_same_when_days_are_repeated(self, days: str, repeated: list[int]) -> None:
        state, seen = AlertState(), []
        for n, letter in enumerate(days):
            presence = {"T": THERE, "B": BETWEEN, "G": GONE}[letter]
            state, effects = look(state, n, presence)
            seen += [(n, type(effect)) for effect in effects]
            for old in (r for r in repeated if r <= n):
                assert look(state, old, THERE) == (state, ())
        assert (state, seen) == fold(days)

    @given(st.text("TBG", max_size=120))
    def test_opens_and_ends_in_turn(self, days: str) -> None:
        kinds = [kind for _, kind in fold(days)[1]]
        assert kinds == [OpenFinding, ResolveAlert] * (len(kinds) // 2) + [OpenFinding] * (
            len(kinds) % 2
        )
