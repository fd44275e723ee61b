"""Quote, ledger, invoice and payment side by side: what is open on terms is no difference."""

from dataclasses import replace

import pytest
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.tenancy import staff_context
from billing.models import Contract, Purchase
from billing.selectors.vendor import PurchaseMatch, purchase_matches
from billing.services.charging import advance_purchase
from billing.services.collecting import collect_noted
from tests.integration.billing.conftest import World
from tests.integration.billing.test_terms import ON_TERMS, agree, buy

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def match_of(purchase: Purchase) -> PurchaseMatch:
    with staff_context(user_id=0, scope=StaffScope.ALL):
        return next(m for m in purchase_matches() if m.purchase.pk == purchase.pk)


class TestOnTerms:
    def test_agrees_while_its_invoice_waits_for_the_money(self, world: World) -> None:
        agree(world)
        bought = buy(world, 20)
        match = match_of(bought)
        assert match.invoice_minor == match.ledger_minor == bought.total_minor
        assert match.paid_minor is None
        assert match.agrees

    def test_agrees_when_it_is_paid(self, world: World) -> None:
        agree(world)
        bought = buy(world, 20)
        world.sandbox.call("POST", f"invoices/{bought.stripe_invoice_id}/pay")
        advance_purchase(organization_id=world.id, purchase_id=bought.pk, now=timezone.now())
        match = match_of(bought)
        assert match.paid_minor == bought.total_minor
        assert match.agrees

    def test_does_not_agree_when_its_invoice_was_given_up(self, world: World) -> None:
        agree(world)
        bought = buy(world, 20)
        world.sandbox.call("POST", f"invoices/{bought.stripe_invoice_id}/void")
        advance_purchase(organization_id=world.id, purchase_id=bought.pk, now=timezone.now())
        match = match_of(bought)
        assert match.difference_minor == bought.total_minor
        assert not match.agrees


class TestMonthly:
    def test_agrees_before_and_after_its_month_is_invoiced(self, world: World) -> None:
        agree(
            world,
            replace(ON_TERMS, cadence=Contract.Cadence.MONTHLY, monthly_below_minor=50_000),
        )
        first, second = buy(world, 13), buy(world, 15)
        assert match_of(first).invoice is None
        assert match_of(first).agrees
        assert collect_noted(organization_id=world.id, is_month_over=False, now=timezone.now())
        # One invoice over both: neither is compared with its total.
        both = [match_of(first), match_of(second)]
        assert both[0].invoice is not None
        assert both[0].invoice == both[1].invoice
        assert both[0].invoice.total_minor == first.total_minor + second.total_minor
        assert all(match.agrees for match in both)


class TestByCard:
    def test_agrees_when_the_card_paid_what_was_quoted(self, world: World) -> None:
        bought = buy(world, 20)
        match = match_of(bought)
        assert match.paid_minor == bought.total_minor
        assert match.agrees
