"""Assignments at the limit: refused when hard, lent when soft."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seats.domain.limits import (
    AssignmentDecision,
    AssignmentOutcome,
    LimitMode,
    LimitPolicy,
    LimitReason,
    decide_assignment,
)

NOW = datetime(2026, 4, 16, 9, tzinfo=UTC)
HARD = LimitPolicy(LimitMode.HARD)
SOFT = LimitPolicy(LimitMode.SOFT, overage_seats=2, overage_days=14)


def decide(
    policy: LimitPolicy,
    assigned: int,
    *,
    purchased: int = 10,
    since: datetime | None = None,
    count: int = 1,
) -> AssignmentDecision:
    return decide_assignment(
        policy,
        purchased=purchased,
        assigned=assigned,
        overage_since=since,
        now=NOW,
        count=count,
    )


class TestRoom:
    @pytest.mark.parametrize("policy", [HARD, SOFT])
    def test_allows_the_last_seat(self, policy: LimitPolicy) -> None:
        assert decide(policy, 9) == AssignmentDecision(AssignmentOutcome.ALLOWED)

    def test_counts_one_seat_unless_told(self) -> None:
        decision = decide_assignment(HARD, purchased=10, assigned=9, overage_since=None, now=NOW)
        assert decision.outcome is AssignmentOutcome.ALLOWED


class TestHardLimit:
    def test_refuses_the_eleventh_of_ten(self) -> None:
        decision = decide(HARD, 10)
        assert decision.outcome is AssignmentOutcome.REFUSED
        assert decision.reason is LimitReason.NO_SEAT_LEFT
        assert decision.missing_seats == 1

    def test_assigns_all_or_none(self) -> None:
        # 8 + 4 - 10
        assert decide(HARD, 8, count=4).missing_seats == 2

    @settings(max_examples=80, deadline=None)
    @given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 20))
    def test_never_lets_assigned_exceed_purchased(
        self, purchased: int, assigned: int, count: int
    ) -> None:
        decision = decide(HARD, assigned, purchased=purchased, count=count)
        is_allowed = decision.outcome is AssignmentOutcome.ALLOWED
        assert is_allowed is (assigned + count <= purchased)


class TestSoftLimit:
    def test_lends_a_seat_from_now_on(self) -> None:
        decision = decide(SOFT, 10)
        assert decision.outcome is AssignmentOutcome.OVERAGE
        assert decision.overage_until == NOW + timedelta(days=14)

    def test_does_not_start_the_clock_again(self) -> None:
        since = NOW - timedelta(days=13)
        assert decide(SOFT, 11, since=since).overage_until == NOW + timedelta(days=1)

    def test_ends_on_the_moment(self) -> None:
        decision = decide(SOFT, 11, since=NOW - timedelta(days=14))
        assert decision.reason is LimitReason.OVERAGE_TIME_RAN_OUT

    def test_lends_no_more_than_the_allowance(self) -> None:
        assert decide(SOFT, 12).reason is LimitReason.OVERAGE_SEATS_USED_UP
        assert decide(SOFT, 9, count=4).reason is LimitReason.OVERAGE_SEATS_USED_UP

    def test_ignores_the_clock_of_an_overage_that_is_over(self) -> None:
        decision = decide(SOFT, 10, since=NOW - timedelta(days=400))
        assert decision.outcome is AssignmentOutcome.OVERAGE

    @pytest.mark.parametrize("allowance", [{"overage_seats": -1}, {"overage_days": -1}])
    def test_has_no_negative_allowance(self, allowance: dict[str, int]) -> None:
        with pytest.raises(ValueError, match="never negative"):
            LimitPolicy(LimitMode.SOFT, **allowance)

    @pytest.mark.parametrize(
        "policy", [LimitPolicy(LimitMode.SOFT, 0, 14), LimitPolicy(LimitMode.SOFT, 2, 0)]
    )
    @settings(max_examples=80, deadline=None)
    @given(purchased=st.integers(0, 30), assigned=st.integers(0, 40))
    def test_without_an_allowance_is_as_strict_as_a_hard_one(
        self, policy: LimitPolicy, purchased: int, assigned: int
    ) -> None:
        soft = decide(policy, assigned, purchased=purchased)
        assert soft.outcome is decide(HARD, assigned, purchased=purchased).outcome
