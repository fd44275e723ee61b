"""Payment and contract in the browser and through the API, for the customer and for finance."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tenancy import organization_context
from billing.models import Contract, DunningCase, DunningPolicy, Invoice
from billing.services.contracts import Agreement, apply_contract, approve_contract
from billing.services.dunning import run_dunning
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from tests.integration.billing.conftest import World
from tests.support.people import make_api_key, make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

MONTHLY = {
    "collection": "invoice",
    "net_days": "14",
    "credit_limit": "5000",
    "cadence": "monthly",
    "monthly_below": "100.50",
    "reason": "Fewer invoices",
}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def overdue(world: World) -> Invoice:
    """Acme bought 8 seats on terms and did not pay them for a day."""
    now = timezone.now()
    approve_contract(
        organization_id=world.id,
        agreement=Agreement(collection=Contract.Collection.INVOICE, credit_limit_minor=100_000),
        reason="Known",
        actor=world.actor,
        now=now,
    )
    apply_contract(organization_id=world.id, now=now)
    quote = quote_seats(organization_id=world.id, quantity=20, actor=world.actor, now=now)
    bought = purchase_seats(
        organization_id=world.id,
        quote_id=quote.pk,
        total_minor=quote.total_now_minor,
        idempotency_key="terms",
        actor=world.actor,
        now=now,
    )
    assert bought.invoice_id is not None
    with organization_context(world.id):
        Invoice.objects.filter(pk=bought.invoice_id).update(due_at=now - timedelta(days=1))
    run_dunning(now=now)
    with organization_context(world.id):
        return Invoice.objects.get(pk=bought.invoice_id)


class TestPaymentPage:
    def test_says_that_everything_is_paid(self, world: World) -> None:
        page = signed_in(world.ada).get("/o/acme/payment/").content.decode()
        assert "Everything is paid" in page
        assert "Visa ending in 4242" in page

    def test_says_what_happens_when_and_how_to_settle_it(
        self, world: World, overdue: Invoice
    ) -> None:
        page = signed_in(world.ada).get("/o/acme/payment/").content.decode()
        assert "is overdue" in page
        assert "We reminded you by mail." in page
        assert "The subscription ends, and its seats with it." in page
        assert "with Visa ending in 4242" in page

    def test_warns_on_every_page_of_whoever_sees_the_billing(
        self, world: World, overdue: Invoice
    ) -> None:
        ada = signed_in(world.ada)
        assert "banner-overdue" in ada.get("/o/acme/people/").content.decode()

    def test_pays_with_the_card_on_file(self, world: World, overdue: Invoice) -> None:
        ada = signed_in(world.ada)
        ada.post(f"/o/acme/payment/invoices/{overdue.pk}/pay/")
        page = ada.get("/o/acme/payment/").content.decode()
        assert "is paid. Thank you." in page
        assert "banner-overdue" not in page
        with organization_context(world.id):
            assert DunningCase.objects.get().outcome == "paid"


class TestContractPage:
    def test_finance_approves_invoices_once_a_month(self, world: World) -> None:
        fin = signed_in(make_user("fin", vendor_role="finance"))
        address = "/vendor/organizations/acme/contract/"
        assert fin.post(address, MONTHLY).status_code == 302
        with organization_context(world.id):
            contract = Contract.objects.get()
        assert (contract.net_days, contract.monthly_below_minor) == (14, 10_050)
        assert contract.approved_by_label == "Fin"
        page = fin.get(address).content.decode()
        assert "pays by invoice within 14 days" in page
        assert "Fewer invoices" in page

    def test_says_what_is_missing_beside_its_field(self, world: World) -> None:
        fin = signed_in(make_user("fin", vendor_role="finance"))
        answer = fin.post("/vendor/organizations/acme/contract/", MONTHLY | {"credit_limit": "0"})
        assert answer.status_code == 422
        assert "set how much may be open at most" in answer.content.decode()

    def test_the_account_manager_may_not_open_it(self, world: World) -> None:
        mia = signed_in(make_user("mia", vendor_role="account_manager"))
        assert mia.get("/vendor/organizations/acme/contract/").status_code == 403


class TestDunningPages:
    def test_finance_sees_pauses_and_exports_a_case(self, world: World, overdue: Invoice) -> None:
        fin = signed_in(make_user("fin", vendor_role="finance"))
        assert "1 invoice is overdue" in fin.get("/vendor/dunning/").content.decode()
        with organization_context(world.id):
            case = DunningCase.objects.get()
        until = (timezone.now() + timedelta(days=5)).date()
        fin.post(
            f"/vendor/dunning/{case.pk}/pause/", {"until": until.isoformat(), "reason": "Promised"}
        )
        with organization_context(world.id):
            assert DunningCase.objects.get().held_days == 5
        assert "paused until" in fin.get("/vendor/dunning/").content.decode()
        assert b"Acme" in fin.get("/vendor/dunning.csv").content

    def test_the_policy_is_previewed_before_it_is_changed(self, world: World) -> None:
        olga = signed_in(make_user("olga", vendor_role="vendor_admin"))
        wanted = {
            "reminder_days": "1, 5",
            "restrict_after_days": "9",
            "end_after_days": "21",
            "end": "unpaid",
        }
        shown = olga.post("/vendor/policies/dunning/", wanted | {"preview": "1"})
        assert "followed up for 21 days" in shown.content.decode()
        assert not DunningPolicy.objects.exists()
        assert olga.post("/vendor/policies/dunning/", wanted).status_code == 302
        assert DunningPolicy.objects.get().reminder_days == [1, 5]

    def test_a_policy_that_contradicts_itself_is_refused(self, world: World) -> None:
        olga = signed_in(make_user("olga", vendor_role="vendor_admin"))
        answer = olga.post(
            "/vendor/policies/dunning/",
            {
                "reminder_days": "5, 1",
                "restrict_after_days": "9",
                "end_after_days": "21",
                "end": "unpaid",
            },
        )
        assert answer.status_code == 422
        assert "on rising days" in answer.content.decode()


class TestBillingApi:
    def test_tells_contract_room_and_what_follows(self, world: World, overdue: Invoice) -> None:
        client = Client(headers={"Authorization": f"Bearer {make_api_key(world.organization)}"})
        body = client.get(f"/api/v1/organizations/{world.organization.external_id}/billing").json()
        assert body["contract"]["collection"] == "invoice"
        assert body["card"]["last4"] == "4242"
        assert body["open_minor"] == overdue.amount_remaining_minor
        assert body["room_minor"] == 100_000 - overdue.amount_remaining_minor
        (found,) = body["overdue"]
        assert found["overdue_stage"] == "past_due"
        assert [step["kind"] for step in found["steps"] if not step["is_taken"]][-2:] == [
            "restrict",
            "end",
        ]
