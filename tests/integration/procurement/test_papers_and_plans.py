"""Papers of a request under way, and plans that a purchase finishes."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.models import Purchase, Quote
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from procurement.domain.planning import PlanState
from procurement.models import PlannedExpansion
from procurement.services.papers import issue_amendment
from procurement.services.planning import move_plan, plan_expansion
from tests.integration.billing.conftest import World, make_world
from tests.integration.procurement.conftest import Company
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def bought(world: World, seats: int) -> Purchase:
    """Grow to `seats` seats."""
    now = timezone.now()
    quote = quote_seats(organization_id=world.id, quantity=seats, actor=world.actor, now=now)
    return purchase_seats(
        organization_id=world.id,
        quote_id=quote.pk,
        total_minor=quote.total_now_minor,
        idempotency_key=str(quote.pk),
        actor=world.actor,
        now=timezone.now(),
    )


class TestARequestUnderWay:
    def test_has_its_papers_after_the_price_has_run_out_under_its_numbers(
        self, company: Company
    ) -> None:
        asked = company.ask(po_number="PO-R", cost_centre="CC-R")
        assert asked.quote_id is not None
        with organization_context(company.id):
            quote = Quote.objects.get(pk=asked.quote_id)
        paper = issue_amendment(
            organization_id=company.id,
            quote_id=quote.pk,
            actor=company.world.actor,
            now=quote.expires_at + timedelta(days=1),
        )
        assert (paper.po_number, paper.cost_centre) == ("PO-R", "CC-R")


class TestAStartedPlan:
    def test_is_done_by_a_purchase_of_its_seats_and_not_by_a_smaller_one(
        self, sandbox: Sandbox, transactional_db: None
    ) -> None:
        world, now = make_world(sandbox), timezone.now()
        given: dict[str, Any] = {
            "organization_id": world.id,
            "actor": world.actor,
            "now": now,
            "today": now.date(),
        }
        wanted_on = now.date() + timedelta(days=90)
        plan = plan_expansion(seats=5, wanted_on=wanted_on, reason="Lyon", **given)
        move_plan(plan_id=plan.pk, to=PlanState.STARTED, **given)
        bought(world, 16)
        with organization_context(world.id):
            assert PlannedExpansion.objects.get().state == PlanState.STARTED
        purchase = bought(world, 21)
        with organization_context(world.id):
            done = PlannedExpansion.objects.get()
        assert (done.state, done.purchase_id) == (PlanState.DONE, purchase.pk)
