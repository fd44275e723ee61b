"""The answer at sign-in, with its reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from seats.domain.entitlement import Access, MemberFacts, Refusal, decide_entitlement
from seats.domain.limits import AtEnd, LimitMode, LimitPolicy

NOW = datetime(2026, 4, 16, 9, tzinfo=UTC)
HARD = LimitPolicy(LimitMode.HARD)
SOFT = LimitPolicy(LimitMode.SOFT, overage_seats=2, overage_days=14)

BEN = MemberFacts(is_member=True, has_seat=True)
ADA_WITHOUT_SEAT = MemberFacts(is_member=True, may_purchase=True)
BEN_ON_OVERAGE = replace(BEN, holds_overage_seat=True, overage_until=NOW + timedelta(days=10))


class TestAllowed:
    @pytest.mark.parametrize("policy", [HARD, SOFT])
    def test_on_a_seat(self, policy: LimitPolicy) -> None:
        decision = decide_entitlement(BEN, policy, now=NOW)
        assert decision.access is Access.SEAT
        assert decision.is_allowed
        assert decision.until is None

    def test_on_overage_until_its_end(self) -> None:
        decision = decide_entitlement(BEN_ON_OVERAGE, SOFT, now=NOW)
        assert decision.access is Access.OVERAGE
        assert decision.until == NOW + timedelta(days=10)

    @pytest.mark.parametrize(
        ("policy", "access"),
        [
            (SOFT, Access.SEAT_KEPT),
            (replace(SOFT, at_end=AtEnd.TRUE_UP), Access.OVERAGE_IN_TRUE_UP),
            (replace(SOFT, mode=LimitMode.TRUE_UP), Access.OVERAGE_IN_TRUE_UP),
            (replace(SOFT, mode=LimitMode.CLOSED), Access.SEAT_KEPT),
        ],
    )
    def test_after_the_end_as_its_conversion_says(
        self, policy: LimitPolicy, access: Access
    ) -> None:
        facts = replace(BEN_ON_OVERAGE, overage_until=NOW)
        decision = decide_entitlement(facts, policy, now=NOW)
        assert (decision.access, decision.until, decision.is_allowed) == (access, None, True)


class TestRefused:
    @pytest.mark.parametrize(
        ("facts", "policy", "reason"),
        [
            (MemberFacts(is_member=False), HARD, Refusal.UNKNOWN_MEMBER),
            (replace(BEN, is_deactivated=True), HARD, Refusal.DEACTIVATED),
            (replace(BEN, has_live_subscription=False), HARD, Refusal.NO_SUBSCRIPTION),
            (replace(BEN, has_seat=False), SOFT, Refusal.NO_SEAT),
            (BEN_ON_OVERAGE, HARD, Refusal.OVERAGE_NOT_PERMITTED),
        ],
    )
    def test_names_the_reason(
        self, facts: MemberFacts, policy: LimitPolicy, reason: Refusal
    ) -> None:
        decision = decide_entitlement(facts, policy, now=NOW)
        assert (decision.access, decision.reason) == (Access.REFUSED, reason)
        assert not decision.is_allowed

    def test_names_what_a_seat_would_not_cure_first(self) -> None:
        facts = replace(ADA_WITHOUT_SEAT, is_deactivated=True)
        decision = decide_entitlement(facts, HARD, now=NOW)
        assert decision.reason is Refusal.DEACTIVATED
        assert not decision.offer_purchase

    def test_offers_a_purchase_to_those_who_may_buy(self) -> None:
        assert decide_entitlement(ADA_WITHOUT_SEAT, HARD, now=NOW).offer_purchase
        ben = replace(ADA_WITHOUT_SEAT, may_purchase=False)
        assert not decide_entitlement(ben, HARD, now=NOW).offer_purchase
