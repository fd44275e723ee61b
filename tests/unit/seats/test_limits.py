"""Assignments at the limit: refused when hard, lent when soft."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seats.domain.limits import (
    AssignmentDecision,
    AssignmentOutcome,
    AtEnd,
    LimitMode,
    LimitPolicy,
    LimitReason,
    Standing,
    decide_assignment,
    follow_counts,
    switch_limit,
)

NOW = datetime(2026, 4, 16, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HARD = LimitPolicy(LimitMode.HARD)
SOFT = LimitPolicy(LimitMode.SOFT, overage_seats=2, overage_days=14)


def decide(
    policy: LimitPolicy,
    assigned: int,
    *,
    purchased: int = 10,
    until: datetime | None = None,
    count: int = 1,
) -> AssignmentDecision:
    return decide_assignment(
        policy,
        purchased=purchased,
        assigned=assigned,
        overage_until=until,
        now=NOW,
        count=count,
    )


class TestRoom:
    @pytest.mark.parametrize("policy", [HARD, SOFT])
    def test_allows_the_last_seat(self, policy: LimitPolicy) -> None:
        assert decide(policy, 9) == AssignmentDecision(AssignmentOutcome.ALLOWED)

    def test_counts_one_seat_unless_told(self) -> None:
        decision = decide_assignment(HARD, purchased=10, assigned=9, overage_until=None, now=NOW)
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
        until = NOW + timedelta(days=1)
        assert decide(SOFT, 11, until=until).overage_until == until

    def test_ends_on_the_moment(self) -> None:
        assert decide(SOFT, 11, until=NOW + SECOND).outcome is AssignmentOutcome.OVERAGE
        assert decide(SOFT, 11, until=NOW).reason is LimitReason.OVERAGE_TIME_RAN_OUT

    def test_goes_on_without_an_end_where_the_true_up_charges_it(self) -> None:
        policy = replace(SOFT, at_end=AtEnd.TRUE_UP)
        charged = AssignmentDecision(AssignmentOutcome.OVERAGE, missing_seats=2)
        assert decide(policy, 11, until=NOW) == charged
        assert decide(replace(SOFT, mode=LimitMode.TRUE_UP), 11) == charged

    def test_lends_no_more_than_the_allowance(self) -> None:
        assert decide(SOFT, 12).reason is LimitReason.OVERAGE_SEATS_USED_UP
        assert decide(SOFT, 9, count=4).reason is LimitReason.OVERAGE_SEATS_USED_UP

    def test_ignores_the_clock_of_an_overage_that_is_over(self) -> None:
        decision = decide(SOFT, 10, until=NOW - timedelta(days=400))
        assert decision.outcome is AssignmentOutcome.OVERAGE

    @pytest.mark.parametrize(("seats", "days"), [(-1, 14), (2, -1)])
    def test_has_no_negative_allowance(self, seats: int, days: int) -> None:
        with pytest.raises(ValueError, match="never negative"):
            LimitPolicy(LimitMode.SOFT, overage_seats=seats, overage_days=days)

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


def follow(standing: Standing, assigned: int, *, purchased: int = 10) -> Standing:
    return follow_counts(standing, purchased=purchased, assigned=assigned, now=NOW)


class TestFollowingTheCounts:
    def test_overage_begins_to_count_its_days(self) -> None:
        standing = follow(Standing(SOFT), 11)
        assert standing == Standing(SOFT, NOW, NOW + timedelta(days=14))

    def test_more_overage_does_not_begin_again(self) -> None:
        running = Standing(SOFT, NOW - timedelta(days=3), NOW + timedelta(days=11))
        assert follow(running, 12) == running

    def test_a_purchase_ends_it(self) -> None:
        running = Standing(SOFT, NOW - timedelta(days=3), NOW + timedelta(days=11))
        assert follow(running, 12, purchased=12) == Standing(SOFT)

    @pytest.mark.parametrize(
        ("policy", "assigned"), [(HARD, 11), (SOFT, 13), (replace(SOFT, overage_seats=0), 11)]
    )
    def test_what_the_limit_cannot_bear_is_kept_and_closes_it(
        self, policy: LimitPolicy, assigned: int
    ) -> None:
        standing = follow(Standing(policy), assigned)
        assert standing.policy.mode is LimitMode.CLOSED
        assert standing.kept_seats == assigned - 10
        assert standing.overage_until is None

    def test_a_closed_limit_keeps_fewer_as_they_go_and_is_hard_after_the_last(self) -> None:
        closed = follow(Standing(HARD), 12)
        assert follow(closed, 11).kept_seats == 1
        assert follow(closed, 10) == Standing(HARD)

    @settings(max_examples=200, deadline=None)
    @given(
        mode=st.sampled_from(LimitMode),
        lent=st.integers(0, 5),
        purchased=st.integers(0, 20),
        assigned=st.integers(0, 30),
    )
    def test_the_result_always_fits_what_the_database_demands(
        self, mode: LimitMode, lent: int, purchased: int, assigned: int
    ) -> None:
        policy = LimitPolicy(mode, lent, 14)
        standing = follow(Standing(policy), assigned, purchased=purchased)
        overage = max(assigned - purchased, 0)
        borne = {
            LimitMode.HARD: 0,
            LimitMode.SOFT: lent,
            LimitMode.TRUE_UP: lent,
            LimitMode.CLOSED: standing.kept_seats,
        }
        assert overage <= borne[standing.policy.mode]
        assert (standing.overage_since is None) is (overage == 0)
        counts_days = overage > 0 and standing.policy.mode is LimitMode.SOFT
        assert (standing.overage_until is not None) is counts_days


class TestSwitching:
    RUNNING = Standing(SOFT, NOW - timedelta(days=4), NOW + timedelta(days=10))

    def switch(self, policy: LimitPolicy, standing: Standing | None = None) -> Standing:
        return switch_limit(standing or self.RUNNING, policy, purchased=10, assigned=12, now=NOW)

    def test_more_days_count_from_the_same_beginning(self) -> None:
        longer = replace(SOFT, overage_days=30)
        # 4 of 30 days are gone.
        assert self.switch(longer).overage_until == NOW + timedelta(days=26)

    def test_to_hard_keeps_who_sits(self) -> None:
        standing = self.switch(HARD)
        assert (standing.policy.mode, standing.kept_seats) == (LimitMode.CLOSED, 2)

    def test_from_closed_to_soft_begins_to_count_now(self) -> None:
        standing = self.switch(SOFT, self.switch(HARD))
        assert standing.overage_until == NOW + timedelta(days=14)
        assert standing.overage_since == NOW - timedelta(days=4)
