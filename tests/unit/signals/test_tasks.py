"""Expansion tasks: transitions, merging, snoozes, caps and credit."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.domain.tasks import (
    CLOSED,
    HANDLING,
    LIVE,
    TRANSITIONS,
    AutoClose,
    AutoReason,
    Candidate,
    Credit,
    IllegalTaskTransition,
    MergeKey,
    Play,
    ReasonMissing,
    SignalKind,
    SnoozedTooOften,
    SnoozeNotAhead,
    SnoozeTooLong,
    TaskState,
    auto_close,
    check_snooze,
    deal,
    first_action_days,
    merge_key,
    move,
    rank,
)

TODAY = date(2026, 4, 16)


class TestMove:
    def test_walks_from_open_to_done(self) -> None:
        state = move(TaskState.OPEN, TaskState.IN_PROGRESS)
        state = move(state, TaskState.WAITING_FOR_CUSTOMER)
        state = move(state, TaskState.IN_PROGRESS)
        assert move(state, TaskState.DONE, "Bought 5 seats.") is TaskState.DONE

    @pytest.mark.parametrize("to", sorted(CLOSED))
    @pytest.mark.parametrize("reason", ["", "   "])
    def test_closes_only_with_a_reason(self, to: TaskState, reason: str) -> None:
        with pytest.raises(ReasonMissing):
            move(TaskState.OPEN, to, reason)

    @pytest.mark.parametrize("state", sorted(CLOSED))
    @pytest.mark.parametrize("to", list(TaskState))
    def test_never_leaves_a_closed_state(self, state: TaskState, to: TaskState) -> None:
        with pytest.raises(IllegalTaskTransition):
            move(state, to, "a reason")

    @pytest.mark.parametrize("state", sorted(LIVE))
    def test_never_returns_to_open(self, state: TaskState) -> None:
        with pytest.raises(IllegalTaskTransition):
            move(state, TaskState.OPEN)

    def test_knows_every_state(self) -> None:
        assert set(TRANSITIONS) == set(TaskState)


class TestMerging:
    def test_brings_signals_of_one_play_to_one_task(self) -> None:
        kinds = [SignalKind.EIGHTY, SignalKind.FULL, SignalKind.NEW_HIRES]
        assert {merge_key(7, kind) for kind in kinds} == {MergeKey(7, Play.ADD_SEATS)}

    def test_keeps_organizations_and_plays_apart(self) -> None:
        assert merge_key(7, SignalKind.FULL) != merge_key(8, SignalKind.FULL)
        assert merge_key(7, SignalKind.FULL) != merge_key(7, SignalKind.LOW_USE)

    def test_knows_every_kind(self) -> None:
        assert set(HANDLING) == set(SignalKind)


class TestFirstAction:
    @pytest.mark.parametrize(
        ("kind", "days"),
        [
            (SignalKind.FULL, 1),
            (SignalKind.OVER, 1),
            (SignalKind.EIGHTY, 3),
            (SignalKind.NEW_HIRES, 3),
            (SignalKind.LEADER, 3),
            (SignalKind.NEAR, 3),
            (SignalKind.LIMIT_REFUSED, 1),
            (SignalKind.OVERAGE, 1),
            (SignalKind.SHARING, 5),
            (SignalKind.LOW_USE, 5),
        ],
    )
    def test_is_due_by_kind(self, kind: SignalKind, days: int) -> None:
        assert first_action_days([kind]) == days

    def test_of_merged_signals_is_the_most_urgent(self) -> None:
        assert first_action_days([SignalKind.EIGHTY, SignalKind.FULL]) == 1


class TestSnooze:
    def test_lasts_up_to_30_days(self) -> None:
        latest = TODAY + timedelta(days=30)
        assert check_snooze(latest, on=TODAY, snoozes_so_far=1) == latest
        with pytest.raises(SnoozeTooLong) as caught:
            check_snooze(latest + timedelta(days=1), on=TODAY, snoozes_so_far=0)
        assert caught.value.latest == latest

    def test_is_possible_twice(self) -> None:
        with pytest.raises(SnoozedTooOften, match="2 times at most"):
            check_snooze(TODAY + timedelta(days=1), on=TODAY, snoozes_so_far=2)

    def test_ends_ahead(self) -> None:
        with pytest.raises(SnoozeNotAhead):
            check_snooze(TODAY, on=TODAY, snoozes_so_far=0)


def candidate(organization: int, arr: int, probability: Fraction = Fraction(1)) -> Candidate:
    return Candidate(MergeKey(organization, Play.ADD_SEATS), arr, probability)


candidates = st.lists(
    st.builds(
        candidate,
        st.integers(1, 99),
        st.integers(0, 10**7),
        st.fractions(min_value=0, max_value=1, max_denominator=100),
    ),
    max_size=40,
)


class TestDeal:
    def test_ranks_by_arr_times_probability(self) -> None:
        # 10,000 x 0.2 = 2,000 and 3,000 x 0.9 = 2,700
        large, likely = candidate(1, 10_000, Fraction(2, 10)), candidate(2, 3_000, Fraction(9, 10))
        assert rank([large, likely]) == (likely, large)

    def test_breaks_ties_by_organization(self) -> None:
        assert rank([candidate(2, 100), candidate(1, 100)])[0].key.organization_id == 1

    @pytest.mark.parametrize(
        ("given_today", "open_now", "room"),
        [(0, 0, 5), (4, 10, 1), (5, 0, 0), (0, 23, 2), (0, 25, 0), (0, 40, 0)],
    )
    def test_gives_five_a_day_and_25_at_once(
        self, given_today: int, open_now: int, room: int
    ) -> None:
        hand = deal(
            [candidate(number, number) for number in range(1, 9)],
            given_today=given_today,
            open_now=open_now,
        )
        assert len(hand.given) == room
        assert len(hand.digest) == 8 - room

    @settings(max_examples=60, deadline=None)
    @given(candidates, st.integers(0, 6), st.integers(0, 30))
    def test_loses_nobody_and_gives_the_best(
        self, several: list[Candidate], given_today: int, open_now: int
    ) -> None:
        hand = deal(several, given_today=given_today, open_now=open_now)
        assert hand.given + hand.digest == rank(several)

    @pytest.mark.parametrize("probability", [Fraction(-1, 10), Fraction(11, 10)])
    def test_refuses_what_is_not_a_probability(self, probability: Fraction) -> None:
        with pytest.raises(ValueError, match="not a probability"):
            candidate(1, 100, probability)


class TestAutoClose:
    FIVE_SEATS = Credit(seats=5, arr_minor=60_000, currency="EUR")

    @pytest.mark.parametrize("state", sorted(LIVE))
    def test_is_won_when_seats_are_bought(self, state: TaskState) -> None:
        closing = auto_close(state, bought=self.FIVE_SEATS, is_condition_cleared=True)
        assert closing == AutoClose(AutoReason.SEATS_BOUGHT, self.FIVE_SEATS)
        assert closing is not None
        assert closing.is_won

    def test_wins_nothing_when_the_condition_clears_by_itself(self) -> None:
        closing = auto_close(TaskState.OPEN, bought=None, is_condition_cleared=True)
        assert closing is not None
        assert closing.reason is AutoReason.CONDITION_CLEARED
        assert not closing.is_won

    def test_wins_nothing_with_a_purchase_of_no_seats(self) -> None:
        nothing = Credit(seats=0, arr_minor=0, currency="EUR")
        assert auto_close(TaskState.OPEN, bought=nothing, is_condition_cleared=False) is None

    def test_waits_while_neither_happened(self) -> None:
        assert auto_close(TaskState.OPEN, bought=None, is_condition_cleared=False) is None

    @pytest.mark.parametrize("state", sorted(CLOSED))
    def test_leaves_a_closed_task_alone(self, state: TaskState) -> None:
        assert auto_close(state, bought=self.FIVE_SEATS, is_condition_cleared=True) is None
