"""Billing details: stored at once, told to Stripe, printed on the invoices that follow."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import HistoryEntry, User
from accounts.tenancy import organization_context
from billing.forms import country_choices
from billing.gateways import stripe
from billing.models import Invoice
from billing.services.details import carry_out_details, change_details, sweep_details
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from tests.integration.billing.conftest import World, make_world
from tests.support.people import make_membership, make_user
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

FORM = {
    "payer_name": "Acme Holding GmbH",
    "payer_email": "invoices@acme.example",
    "address_line1": "Hafenstr. 3",
    "address_line2": "",
    "postal_code": "20457",
    "city": "Hamburg",
    "country": "DE",
    "vat_id": "de 123.456.789",
    "po_number": "PO-4711",
}


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def save(world: World, **changed: str) -> Any:
    url = reverse("billing_details_save", args=[world.organization.slug])
    return signed_in(world.ada).post(url, FORM | changed, follow=True)


def customer(world: World) -> dict[str, Any]:
    found = world.sandbox.call("GET", f"customers/{world.account().stripe_customer_id}")
    tax_ids = world.sandbox.call("GET", f"customers/{found['id']}/tax_ids")
    return found | {"tax_ids": [(t["type"], t["value"]) for t in tax_ids["data"]]}


def buy(world: World, seats: int) -> Invoice:
    quote = quote_seats(
        organization_id=world.id, quantity=seats, actor=world.actor, now=timezone.now()
    )
    purchase_seats(
        organization_id=world.id,
        quote_id=quote.pk,
        total_minor=quote.total_now_minor,
        idempotency_key=f"k{seats}",
        actor=world.actor,
        now=timezone.now(),
    )
    with organization_context(world.id):
        return Invoice.objects.latest("issued_at", "pk")


class TestSaving:
    def test_tells_stripe_name_address_tax_id_and_order_number(self, world: World) -> None:
        assert "Saved. Invoices from now on" in save(world).content.decode()
        there = customer(world)
        assert there["name"] == "Acme Holding GmbH"
        assert there["email"] == "invoices@acme.example"
        assert there["address"]["line1"] == "Hafenstr. 3"
        assert there["tax_ids"] == [("eu_vat", "DE123456789")]
        [field] = there["invoice_settings"]["custom_fields"]
        assert field == {"name": "PO number", "value": "PO-4711"}
        assert there["invoice_settings"]["default_payment_method"]
        account = world.account()
        assert account.details_pending_since is None
        assert account.tax_pending_since is not None

    def test_prints_them_on_later_invoices_and_not_on_earlier_ones(self, world: World) -> None:
        with organization_context(world.id):
            earlier = Invoice.objects.get()
        save(world)
        later = buy(world, 20)
        assert later.buyer["name"] == "Acme Holding GmbH"
        assert later.buyer["tax_id"] == "DE123456789"
        assert later.po_number == "PO-4711"
        with organization_context(world.id):
            earlier.refresh_from_db()
        assert earlier.buyer["name"] == "Acme"
        assert earlier.po_number == ""

    def test_is_told_in_the_history_once(self, world: World) -> None:
        save(world)
        page = save(world).content.decode()
        with organization_context(world.id):
            assert HistoryEntry.objects.filter(verb="billing_details_changed").count() == 1
        assert "Ada changed the billing details" in page
        assert "Payer: from Acme to Acme Holding GmbH." in page

    def test_replaces_an_earlier_vat_id_and_takes_it_away(self, world: World) -> None:
        save(world)
        save(world, vat_id="DE987654321")
        assert customer(world)["tax_ids"] == [("eu_vat", "DE987654321")]
        save(world, vat_id="", po_number="")
        there = customer(world)
        assert there["tax_ids"] == []
        assert not there["invoice_settings"]["custom_fields"]

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"vat_id": "DE12345678"}, "A VAT id of Germany looks like DE123456789."),
            ({"country": "SE", "vat_id": "SE1"}, "This is not the form of a VAT id of Sweden"),
            ({"payer_email": "nobody"}, "Enter a valid email address."),
            ({"payer_name": ""}, "This field is required."),
            ({"country": "XX"}, "Select a valid choice."),
            ({"payer_name": "a\x00b"}, "Null characters are not allowed."),
        ],
    )
    def test_refuses_what_cannot_be_right_beside_its_field(
        self, world: World, changed: dict[str, str], sentence: str
    ) -> None:
        answer = save(world, **changed)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert world.account().payer_name == "Acme"

    def test_is_for_those_who_buy(self, world: World) -> None:
        user = make_user("ben")
        make_membership(world.organization, user=user, role="champion")
        client = signed_in(user)
        for name in ("billing_details", "billing_details_save"):
            assert client.post(reverse(name, args=["acme"]), FORM).status_code == 403


class TestWhenStripeDoesNotAnswer:
    def test_the_change_stays_and_is_told_later(self, world: World) -> None:
        world.sandbox.chaos("fail_answer", match="POST /v1/customers/", count=5, status=503)
        assert "Stripe does not answer right now" in save(world).content.decode()
        assert world.account().details_pending_since is not None
        world.sandbox.http.delete("/_sandbox/chaos").raise_for_status()
        later = timezone.now() + timedelta(minutes=1)
        assert sweep_details(now=later) == 1
        assert customer(world)["name"] == "Acme Holding GmbH"
        assert sweep_details(now=later) == 0

    def test_a_later_change_is_not_lost_behind_an_earlier_one(self, world: World) -> None:
        for name in ("First", "Second"):
            change_details(
                organization_id=world.id,
                details={"payer_name": name},
                actor=world.actor,
                now=timezone.now(),
            )
        carry_out_details(organization_id=world.id)
        assert customer(world)["name"] == "Second"

    def test_a_tax_id_that_stripe_refuses_is_printed_all_the_same(self, sandbox: Sandbox) -> None:
        world = make_world(sandbox)
        save(world, country="BR", vat_id="12.345.678/0001-95")
        assert customer(world)["tax_ids"] == []
        assert buy(world, 20).buyer["tax_id"] == "12345678/000195"

    def test_waits_for_the_customer_to_exist(self, world: World) -> None:
        with organization_context(world.id):
            account = world.account()
            account.stripe_customer_id = ""
            account.save(update_fields=["stripe_customer_id"])
        change_details(
            organization_id=world.id,
            details={"city": "Hamburg"},
            actor=world.actor,
            now=timezone.now(),
        )
        assert carry_out_details(organization_id=world.id).details_pending_since is not None
        assert sweep_details(now=timezone.now()) == 0


class TestTaxIdsAtStripe:
    def test_the_same_one_is_not_made_twice(self, world: World) -> None:
        customer_id = world.account().stripe_customer_id
        made = {
            stripe.put_tax_id(
                customer_id=customer_id, kind="eu_vat", value="DE123456789", idempotency_key=key
            )
            for key in ("a", "b")
        }
        assert len(made) == 1


class TestCountries:
    def test_are_countries_in_the_readers_order(self) -> None:
        with translation.override("de"):
            names = [name for _code, name in country_choices()]
        assert "Europäische Union" not in names
        assert names.index("Oman") < names.index("Österreich") < names.index("Pakistan")
