"""Starting a subscription, and the card it is paid with."""

import re
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from accounts.models import Organization
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from billing.gateways import stripe
from billing.models import BillingAccount, Price, SeatLedgerEntry, Subscription
from billing.services.cards import CardNotAdded, begin_card_setup, finish_card_setup
from billing.services.catalog import sync_catalog
from billing.services.mirror import refresh_customer
from billing.services.subscriptions import (
    AlreadySubscribed,
    CardRefused,
    NotOnSale,
    Payer,
    start_subscription,
)
from tests.integration.billing.conftest import make_price
from tests.integration.billing.test_crashes import ProcessDied, dying
from tests.support.people import make_organization
from tests.support.stripe import Sandbox, deliver

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


@pytest.fixture
def acme(sandbox: Sandbox, transactional_db: None) -> Organization:
    return make_organization("acme", currency="EUR")


@pytest.fixture
def price(acme: Organization) -> Price:
    return make_price()


def start(acme: Organization, price: Price, **given: Any) -> Subscription:
    fields: dict[str, Any] = {"seats": 12, "payment_method_id": "pm_card_visa"} | given
    return start_subscription(
        organization_id=acme.pk,
        price=price,
        payer=Payer(name="Acme", email="acme@example.com"),
        actor=SYSTEM,
        now=timezone.now(),
        **fields,
    )


class TestStart:
    def test_twice_is_refused(self, acme: Organization, price: Price) -> None:
        start(acme, price)
        with pytest.raises(AlreadySubscribed):
            start(acme, price)

    def test_with_a_card_that_declines_makes_nothing_and_can_be_repeated(
        self, acme: Organization, price: Price, sandbox: Sandbox
    ) -> None:
        with pytest.raises(CardRefused):
            start(acme, price, payment_method_id="pm_card_chargeCustomerFail")
        assert sandbox.call("GET", "subscriptions", status="all")["data"] == []
        with organization_context(acme.pk):
            assert not SeatLedgerEntry.objects.exists()
        assert start(acme, price).status == Subscription.Status.ACTIVE

    def test_goes_on_after_a_crash_without_a_second_subscription(
        self, acme: Organization, price: Price, sandbox: Sandbox
    ) -> None:
        death = dying(after=stripe.create_subscription)
        with patch.object(stripe, "create_subscription", death), pytest.raises(ProcessDied):
            start(acme, price)
        assert start(acme, price).purchased_seats == 12
        assert len(sandbox.call("GET", "subscriptions")["data"]) == 1

    def test_by_invoice_grants_the_seats_and_sends_the_invoice(
        self, acme: Organization, price: Price, sandbox: Sandbox
    ) -> None:
        subscription = start(acme, price, payment_method_id="", by_invoice=True)
        assert (subscription.status, subscription.purchased_seats) == ("active", 12)
        (invoice,) = sandbox.call("GET", "invoices")["data"]
        assert invoice["collection_method"] == "send_invoice"

    @pytest.mark.parametrize("currency", ["USD", "EUR", "IDR"])
    def test_charges_in_the_currency_of_the_price(
        self, acme: Organization, sandbox: Sandbox, currency: str
    ) -> None:
        start(acme, make_price(currency=currency, code="world"))
        (invoice,) = sandbox.call("GET", "invoices")["data"]
        assert (invoice["currency"], invoice["total"]) == (currency.lower(), 11_600)

    def test_of_fewer_seats_than_the_plan_sells_is_refused(self, acme: Organization) -> None:
        with pytest.raises(NotOnSale):
            start(acme, make_price(code="large", minimum_seats=20))


class TestSyncCatalog:
    def test_creates_each_price_once(self, price: Price, sandbox: Sandbox) -> None:
        assert sync_catalog() == 1
        assert sync_catalog() == 0
        (there,) = sandbox.call("GET", "prices", **{"expand[]": "data.tiers"})["data"]
        assert there["tiers_mode"] == "graduated"
        assert [tier["unit_amount"] for tier in there["tiers"]] == [1000, 800, 600]


class TestCard:
    def add_on_stripes_page(self, acme: Organization, sandbox: Sandbox) -> str:
        url = begin_card_setup(
            organization_id=acme.pk,
            success_url="http://127.0.0.1/done?session_id={CHECKOUT_SESSION_ID}",
            cancel_url="http://127.0.0.1/",
            now=timezone.now(),
        )
        page = sandbox.http.get(url).text
        action = re.search(r'<form method="post" action="([^"]+)"', page)
        assert action, page[:2000]
        answer = sandbox.http.post(
            action[1],
            data={"number": "5555555555554444", "exp": "12 / 40", "cvc": "123", "name": "Ada"},
        )
        assert answer.status_code in {302, 303}, answer.text[:2000]
        return str(sandbox.call("GET", "checkout/sessions", limit="1")["data"][0]["id"])

    def test_is_used_after_coming_back(self, acme: Organization, sandbox: Sandbox) -> None:
        session = self.add_on_stripes_page(acme, sandbox)
        for _reload in range(2):
            account = finish_card_setup(
                organization_id=acme.pk, session_id=session, now=timezone.now()
            )
        assert (account.card_brand, account.card_last4) == ("mastercard", "4444")

    def test_is_used_when_the_payer_never_comes_back(
        self, acme: Organization, sandbox: Sandbox
    ) -> None:
        self.add_on_stripes_page(acme, sandbox)
        for event in sandbox.events():
            deliver(event)
        with organization_context(acme.pk):
            assert BillingAccount.objects.get().card_last4 == "4444"

    def test_is_shown_at_once_although_a_webhook_read_the_customer_before(
        self, acme: Organization, sandbox: Sandbox
    ) -> None:
        session = self.add_on_stripes_page(acme, sandbox)
        asked_at = timezone.now()
        refresh_customer(organization_id=acme.pk, now=asked_at + timedelta(milliseconds=300))
        account = finish_card_setup(organization_id=acme.pk, session_id=session, now=asked_at)
        assert account.card_last4 == "4444"
        assert account.synced_at == asked_at + timedelta(milliseconds=300)

    def test_of_a_page_that_does_not_exist_is_not_added(
        self, acme: Organization, sandbox: Sandbox
    ) -> None:
        self.add_on_stripes_page(acme, sandbox)
        with pytest.raises(CardNotAdded):
            finish_card_setup(organization_id=acme.pk, session_id="cs_none", now=timezone.now())
