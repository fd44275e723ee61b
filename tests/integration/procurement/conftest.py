"""Acme with approval rules, and the people who decide."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, User
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from billing.hooks import OrderKind
from billing.models import Quote
from billing.services.quotes import quote_seats
from procurement.domain.rules import Band, Rules, Step
from procurement.models import PurchaseRequest
from procurement.services.policies import set_rules
from procurement.services.requests import Wanted, decide, make_request
from tests.integration.billing.conftest import World, make_world
from tests.support.people import make_membership, make_user
from tests.support.stripe import Sandbox, sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]

# Up to 100.00 a year nobody; up to 10,000.00 an approver; above, billing as well.
BANDS = (
    Band(0, (Step(roles=("approver",)),)),
    Band(1_000_000, (Step(roles=("approver",)), Step(roles=("billing",)))),
)


@dataclass(frozen=True)
class Company:
    """Acme: ada (admin) buys, ben and eve approve, dora is billing."""

    world: World
    ada: Membership
    ben: Membership
    eve: Membership
    dora: Membership

    @property
    def id(self) -> int:
        return self.world.id

    def set_rules(self, **given: object) -> None:
        fields = {"currency": "EUR", "bypass_minor": 10_000, "bands": BANDS} | given
        set_rules(
            organization_id=self.id,
            rules=Rules(**fields),  # type: ignore[arg-type]
            valid_from=None,
            reason="",
            actor=self.world.actor,
            now=timezone.now(),
        )

    def quote(self, seats: int = 17, now: datetime | None = None) -> Quote:
        return quote_seats(
            organization_id=self.id,
            quantity=seats,
            actor=self.world.actor,
            now=now or timezone.now(),
        )

    def ask(self, seats: int = 17, **given: Any) -> PurchaseRequest:
        """Ada asks for so many seats in all."""
        return make_request(
            organization_id=self.id,
            requester_id=self.ada.pk,
            wanted=Wanted(OrderKind.PURCHASE, quote_id=self.quote(seats).pk),
            reason="Two new people in sales",
            actor=self.world.actor,
            now=timezone.now(),
            **given,
        )

    def decide(
        self, asked: PurchaseRequest, who: Membership, *, approve: bool = True, note: str = "no"
    ) -> PurchaseRequest:
        return decide(
            organization_id=self.id,
            request_id=asked.pk,
            member_id=who.pk,
            is_approved=approve,
            seen=(asked.round, asked.step),
            note="" if approve else note,
            actor=Actor.of(self.user(who)),
            now=timezone.now(),
        )

    def user(self, member: Membership) -> User:
        assert member.user is not None
        return member.user

    def read(self, asked: PurchaseRequest) -> PurchaseRequest:
        with organization_context(self.id):
            return PurchaseRequest.objects.select_related("purchase__invoice").get(pk=asked.pk)


def make_company(sandbox: Sandbox, **given: object) -> Company:
    """Return acme with its rules."""
    world = make_world(sandbox, **given)  # type: ignore[arg-type]
    with organization_context(world.id):
        ada = Membership.objects.get(user=world.ada)

    def member(name: str, role: str) -> Membership:
        return make_membership(world.organization, user=make_user(name), role=role)

    company = Company(
        world, ada, member("ben", "approver"), member("eve", "approver"), member("dora", "billing")
    )
    company.set_rules()
    return company


@pytest.fixture
def company(sandbox: Sandbox, transactional_db: None) -> Company:
    return make_company(sandbox)
