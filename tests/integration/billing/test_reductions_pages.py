"""The vendor's pages of discounts, credit and tax."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.tenancy import organization_context
from billing.models import BillingAccount, CreditGrant, SubscriptionDiscount, TaxRule
from billing.services.grants import sweep_grants
from billing.services.tax import sweep_tax
from tests.integration.billing.conftest import World
from tests.support.people import make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

PAGE = "/vendor/organizations/acme/reductions/"


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role, vendor_role=role))
    return client


@pytest.fixture
def fin() -> Client:
    return signed_in("finance")


class TestDiscount:
    def test_is_granted_and_ended_by_finance(self, world: World, fin: Client) -> None:
        given = {"percent": "12.5", "months": "3", "reason": "A pilot"}
        assert fin.post("/vendor/organizations/acme/discounts/grant/", given).status_code == 302
        sweep_grants(now=timezone.now() + timedelta(minutes=1))
        with organization_context(world.id):
            discount = SubscriptionDiscount.objects.get()
        assert (discount.basis_points, discount.months) == (1250, 3)
        assert discount.starts_at is not None
        assert "Acme pays 12.5 % less" in fin.get(PAGE).content.decode()
        fin.post("/vendor/organizations/acme/discounts/end/")
        sweep_grants(now=timezone.now() + timedelta(minutes=2))
        assert "Acme pays the list price" in fin.get(PAGE).content.decode()

    def test_of_more_than_everything_is_refused_beside_its_field(
        self, world: World, fin: Client
    ) -> None:
        given = {"percent": "101", "reason": "A pilot"}
        refused = fin.post("/vendor/organizations/acme/discounts/grant/", given)
        assert refused.status_code == 422
        assert "id_percent_error" in refused.content.decode()


class TestCredit:
    def test_is_granted_once_for_one_form(self, world: World, fin: Client) -> None:
        given = {"amount": "20.00", "reason": "An outage", "key": str(uuid.uuid4())}
        for _ in range(2):
            assert fin.post("/vendor/organizations/acme/credit/grant/", given).status_code == 302
        with organization_context(world.id):
            assert CreditGrant.objects.get().amount_minor == 2000

    def test_finer_than_a_cent_is_refused(self, world: World, fin: Client) -> None:
        given = {"amount": "0.001", "reason": "An outage", "key": str(uuid.uuid4())}
        refused = fin.post("/vendor/organizations/acme/credit/grant/", given)
        assert "EUR has no unit as small as that." in refused.content.decode()


class TestTax:
    def test_rate_is_set_by_the_vendors_admin_for_later_invoices(self, world: World) -> None:
        given = {"country": "DE", "percent": "19", "name": "MwSt."}
        assert signed_in("vendor_admin").post("/vendor/policies/tax/", given).status_code == 302
        assert TaxRule.objects.get().basis_points == 1900
        with organization_context(world.id):
            BillingAccount.objects.update(tax_pending_since=timezone.now())
        sweep_tax(now=timezone.now())
        assert (world.account().tax_rate_basis_points, world.account().tax_name) == (1900, "MwSt.")
        at_stripe = world.sandbox.call(
            "GET", f"subscriptions/{world.subscription.stripe_subscription_id}"
        )
        assert at_stripe["default_tax_rates"][0]["percentage"] == 19.0

    def test_rate_is_read_only_for_finance(self, world: World, fin: Client) -> None:
        fin.post("/vendor/policies/tax/", {"country": "DE", "percent": "19", "name": "MwSt."})
        assert not TaxRule.objects.exists()

    def test_exemption_takes_the_tax_off(self, world: World, fin: Client) -> None:
        fin.post("/vendor/organizations/acme/tax/", {"exempt": "yes"})
        sweep_tax(now=timezone.now())
        assert world.account().tax_reason == "exempt"
        customer = world.sandbox.call("GET", f"customers/{world.account().stripe_customer_id}")
        assert customer["tax_exempt"] == "exempt"
