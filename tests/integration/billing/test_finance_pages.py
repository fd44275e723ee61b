"""What finance does on the pages: repair, link, approve, release, set limits."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import StaffAccess, User
from accounts.tenancy import organization_context
from billing.models import (
    AmountLimit,
    BillingAccount,
    Difference,
    OrganizationLimits,
    PurchaseReview,
    ReconciliationRun,
    Stranger,
    VendorLimits,
)
from tests.integration.billing.conftest import World
from tests.integration.billing.test_bounds import limit
from tests.integration.billing.test_purchase import quote
from tests.integration.billing.test_reconciliation import change_quantity, compare, differences
from tests.support.people import make_api_key, make_organization, make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def fin(world: World) -> Client:
    return signed_in(make_user("fin", vendor_role="finance"))


@pytest.fixture
def olga(world: World) -> Client:
    return signed_in(make_user("olga", vendor_role="vendor_admin"))


def text(answer: Any) -> str:
    body: str = answer.content.decode()
    return body


class TestReconciliation:
    def test_says_that_all_agrees_only_after_a_finished_comparison(
        self, fin: Client, world: World
    ) -> None:
        assert "Nothing has been compared yet" in text(fin.get(reverse("reconciliation")))
        world.sandbox.chaos("fail_answer", count=3, status=500, match="GET /v1/subscriptions")
        fin.post(reverse("reconciliation_run"))
        page = text(fin.get(reverse("reconciliation")))
        assert "Not everything could be compared" in page
        assert "Not seen: Subscriptions" in page
        fin.post(reverse("reconciliation_run"))
        assert "Everything agrees, to the cent" in text(fin.get(reverse("reconciliation")))

    def test_shows_how_far_it_is_and_starts_no_second_one(self, fin: Client) -> None:
        run = ReconciliationRun.objects.create(done=3, total=10, stage="invoices")
        page = text(fin.get(reverse("reconciliation")))
        assert "Comparing: 3 of 10" in page
        assert "Compare now" not in page
        fin.post(reverse("reconciliation_run"))
        assert ReconciliationRun.objects.get() == run
        progress = fin.get(reverse("reconciliation_progress"))
        assert "HX-Refresh" not in progress.headers
        ReconciliationRun.objects.update(finished_at=timezone.now())
        assert fin.get(reverse("reconciliation_progress")).headers["HX-Refresh"] == "true"

    def test_filters_searches_and_exports(self, fin: Client, world: World) -> None:
        change_quantity(world, 15)
        compare()
        address = reverse("reconciliation")
        assert "acme" in text(fin.get(address, {"q": "acm", "kind": "quantity"})).lower()
        assert "Nothing differs" in text(fin.get(address, {"kind": "price"}))
        assert "Nothing fits" in text(fin.get(address, {"q": "zzz"}))
        assert "Nothing differs" in text(fin.get(address, {"state": "accepted"}))
        export = fin.get(reverse("differences_export", args=["csv"]))
        row = export.content.decode("utf-8-sig").splitlines()[1].split(",")
        assert (row[0], row[1], row[3], row[4], row[5]) == ("Acme", "Seats", "12", "15", "open")
        xlsx = fin.get(reverse("differences_export", args=["xlsx"]))
        assert xlsx.content[:2] == b"PK"

    def test_compares_one_organization_from_its_row(self, fin: Client, world: World) -> None:
        fin.post(reverse("reconciliation_run"), {"organization": world.organization.slug})
        run = ReconciliationRun.objects.get()
        assert (run.only_id, run.is_complete) == (world.id, True)


class TestDifference:
    def repair(self, fin: Client, world: World, **form: str) -> str:
        (row,) = differences(world)
        given = {"repair": "set_quantity", "note": "A slip in the dashboard"} | form
        address = reverse("difference_repair", args=[row.pk])
        return text(fin.post(address, given, follow=True))

    def test_is_repaired_by_the_person_who_confirms(self, fin: Client, world: World) -> None:
        change_quantity(world, 15)
        compare()
        (row,) = differences(world)
        page = text(fin.get(reverse("difference", args=[row.pk])))
        assert "Ours is right" in page
        assert "nobody paid for them" in page
        with organization_context(world.id):
            assert StaffAccess.objects.filter(page=reverse("difference", args=[row.pk])).exists()
        assert "both sides agree" in self.repair(fin, world)
        assert world.stripe_quantity() == 12
        page = text(fin.get(reverse("difference", args=[row.pk])))
        assert "A slip in the dashboard" in page
        assert "Set Stripe to the seats of the ledger" in page

    @pytest.mark.parametrize(
        ("form", "sentence"),
        [
            ({"note": " "}, "Say why"),
            ({"repair": "nonsense"}, "Choose what to do"),
            ({"repair": "import_invoice"}, "does not fit"),
        ],
    )
    def test_says_what_is_missing(
        self, fin: Client, world: World, form: dict[str, str], sentence: str
    ) -> None:
        change_quantity(world, 15)
        compare()
        assert sentence in self.repair(fin, world, **form)
        assert world.stripe_quantity() == 15

    def test_stays_when_stripe_does_not_answer(self, fin: Client, world: World) -> None:
        change_quantity(world, 15)
        compare()
        world.sandbox.chaos("fail_answer", count=3, status=500, match="POST /v1/subscription_items")
        assert "Stripe did not answer" in self.repair(fin, world)
        assert [d.state for d in differences(world)] == ["open"]
        assert "both sides agree" in self.repair(fin, world)

    def test_is_looked_at_again(self, fin: Client, world: World) -> None:
        change_quantity(world, 15)
        compare()
        change_quantity(world, 12)
        (row,) = differences(world)
        page = text(fin.post(reverse("difference_look", args=[row.pk]), follow=True))
        assert "nothing to repair" in page

    def test_of_every_kind_has_a_page(self, fin: Client, world: World) -> None:
        sides = {"period": "2026-01-01T00:00:00+00:00 / 2026-02-01T00:00:00+00:00", "tax": "1900"}
        with organization_context(world.id):
            made = [
                Difference.objects.create(
                    organization_id=world.id,
                    kind=kind,
                    subject="x",
                    ours=sides.get(kind, "12"),
                    theirs=sides.get(kind, "13") if kind == "quantity" else "",
                )
                for kind in Difference.Kind.values
            ]
        for row in made:
            assert fin.get(reverse("difference", args=[row.pk])).status_code == 200
        assert fin.get(reverse("reconciliation")).status_code == 200


class TestStranger:
    def test_is_linked_to_an_organization_or_accepted(self, fin: Client, world: World) -> None:
        world.sandbox.call("POST", "customers", name="Newcomer GmbH")
        compare()
        newcomer = make_organization("newcomer")
        row = Stranger.objects.get()
        assert "Newcomer GmbH" in text(fin.get(reverse("reconciliation")))
        page = text(fin.get(reverse("stranger", args=[row.pk])))
        assert 'value="newcomer"' in page
        assert f'value="{world.organization.slug}"' not in page
        end = reverse("stranger_end", args=[row.pk])
        assert "Say why" in text(fin.post(end, {"organization": "newcomer"}, follow=True))
        fin.post(end, {"organization": "newcomer", "note": "Same tax number"})
        with organization_context(newcomer.pk):
            assert BillingAccount.objects.get().stripe_customer_id == row.stripe_id
        assert Stranger.objects.get().state == "repaired"


class TestReviews:
    def test_a_buyer_reads_why_and_buys_after_the_approval(self, fin: Client, world: World) -> None:
        ada = signed_in(world.ada)
        limit(world, seats=5)
        buy = reverse("buy_seats", args=[world.organization.slug])

        def order() -> Any:
            asked = quote(world, 40)
            form = {"quote": str(asked.pk), "total": str(asked.total_now_minor)}
            return ada.post(buy, form, follow=True)

        page = text(order())
        assert "We look at this order before it is charged" in page
        assert "28 seats at once, where up to 5" in page
        with organization_context(world.id):
            review = PurchaseReview.objects.get()
        assert "12 → 40 seats" in text(fin.get(reverse("reviews")))
        decide = reverse("review_decide", args=[review.pk])
        page = text(fin.post(decide, {"decision": "refuse"}, follow=True))
        assert "Say why; the buyer reads it." in page
        fin.post(decide, {"decision": "approve"})
        own = reverse("purchase_review", args=[world.organization.slug, review.pk])
        assert "This order is approved" in text(ada.get(own))
        order()
        assert world.purchased_seats() == 40
        assert "It has been bought" in text(ada.get(own))

    def test_a_program_gets_409_with_the_reasons(self, world: World) -> None:
        limit(world, seats=5)
        asked = quote(world, 40)
        answer = Client().post(
            f"/api/v1/organizations/{world.organization.external_id}/purchases",
            {"quote": str(asked.pk), "total_minor": asked.total_now_minor},
            content_type="application/json",
            headers={
                "authorization": f"Bearer {make_api_key(world.organization)}",
                "idempotency-key": "k-1",
            },
        )
        assert answer.status_code == 409
        body = answer.json()
        assert body["code"] == "purchase_needs_review"
        assert len(body["reasons"]) == 1


class TestLimits:
    def test_are_set_by_the_vendor_admin_and_read_by_finance(
        self, fin: Client, olga: Client
    ) -> None:
        form = {"seats": "40", "factor_percent": "", "renewal_percent": "10",
                "repairs_need_two": "on", "purchase_EUR": "1000.50", "day_EUR": ""}  # fmt: skip
        assert fin.post(reverse("limits_set"), form).status_code == 403
        assert olga.post(reverse("limits_set"), form).status_code == 302
        stored = VendorLimits.objects.get()
        assert (stored.seats, stored.factor_percent, stored.repairs_need_two) == (40, None, True)
        amounts = AmountLimit.objects.get(pk="EUR")
        assert (amounts.purchase_minor, amounts.day_minor) == (100050, None)
        page = text(fin.get(reverse("limits")))
        assert 'value="1000.50"' in page
        assert "Save the limits" not in page

    def test_refuse_what_is_no_limit(self, olga: Client) -> None:
        answer = olga.post(reverse("limits_set"), {"seats": "-1", "purchase_EUR": "1.005"})
        assert answer.status_code == 422
        assert not VendorLimits.objects.exists()

    def test_of_one_organization_are_set_by_finance(self, fin: Client, world: World) -> None:
        address = reverse("organization_limits_set", args=[world.organization.slug])
        fin.post(address, {"seats": "7", "day_minor": "12.34"})
        with organization_context(world.id):
            stored = OrganizationLimits.objects.get()
        assert (stored.seats, stored.day_minor, stored.purchase_minor) == (7, 1234, None)
