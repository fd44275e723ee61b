"""Order form, amendment and vendor information as PDF: read in three languages, kept for good."""

import io
import re
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import Organization, User
from accounts.tenancy import organization_context, user_context
from billing.documents.rendering import render_pdf
from billing.gateways import stripe
from billing.models import BillingAccount, Invoice, Purchase, Quote, Seller
from billing.services.mirror import mirror_invoice
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from procurement.documents.kept import kept_document
from procurement.models import IssuedPaper, VendorContact
from procurement.services.papers import PaperNotPossible, issue_amendment, issue_order_form
from tests.integration.billing.conftest import World, make_world, sandbox, sandbox_process
from tests.support.papers import make_answer
from tests.support.people import make_membership, make_organization, make_user
from tests.support.stripe import Sandbox

__all__ = ["sandbox", "sandbox_process"]

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

SELLER = {
    "name": "Headroom GmbH",
    "address_line1": "Torstraße 1",
    "postal_code": "10119",
    "city": "Berlin",
    "country": "DE",
    "vat_id": "DE123456789",
    "registration": "HRB 12345, Amtsgericht Berlin",
    "bank_name": "Erste Bank",
    "iban": "DE02 1203 0000 0000 2020 51",
    "bic": "BYLADEM1001",
}


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, with its spaces made plain."""
    found = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return [re.sub(r"[\s\u200b]+", " ", text) for text in found]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def quoted(world: World, seats: int) -> Quote:
    return quote_seats(
        organization_id=world.id, quantity=seats, actor=world.actor, now=timezone.now()
    )


def bought(world: World, quote: Quote, po_number: str = "") -> Purchase:
    return purchase_seats(
        organization_id=world.id,
        quote_id=quote.pk,
        total_minor=quote.total_now_minor,
        idempotency_key=str(quote.pk),
        actor=world.actor,
        now=timezone.now(),
        po_number=po_number,
    )


def order_form(world: World, quote: Quote, **given: str) -> IssuedPaper:
    return issue_order_form(
        organization_id=world.id, quote_id=quote.pk, actor=world.actor, now=timezone.now(), **given
    )


def amendment(world: World, quote: Quote, **given: str) -> IssuedPaper:
    return issue_amendment(
        organization_id=world.id, quote_id=quote.pk, actor=world.actor, now=timezone.now(), **given
    )


def text(paper: IssuedPaper, language: str = "en") -> str:
    return " ".join(pages_of(render_pdf(kept_document(paper.content, language))))


@pytest.fixture
def taxed(sandbox: Sandbox, transactional_db: None) -> World:
    """Acme in Hamburg with 12 seats and 19 % tax; the seller has an address."""
    Seller.objects.create(**SELLER)
    world = make_world(sandbox, tax_rate_basis_points=1900)
    with organization_context(world.id):
        BillingAccount.objects.update(
            payer_name="Acme Holding GmbH", address_line1="Hafenstr. 3", postal_code="20457",
            city="Hamburg", country="DE", vat_id="DE987654321",
        )  # fmt: skip
    return world


class TestAnOrderForm:
    @pytest.mark.parametrize(
        ("language", "total"), [("en", "€214.20"), ("de", "214,20 €"), ("id", "€214,20")]
    )
    def test_says_who_what_and_how_much_in_each_language(
        self, taxed: World, language: str, total: str
    ) -> None:
        quote = quoted(taxed, 20)
        paper = order_form(taxed, quote, po_number="PO-4711", cost_centre="CC 12")
        said = text(paper, language)
        # The renewal: 10 x 10.00 + 10 x 8.00 = 180.00; with 19 % 214.20
        for part in (
            total, "Headroom GmbH", "DE123456789", "Acme Holding GmbH", "20457 Hamburg",
            "DE987654321", "PO-4711", "CC 12", str(quote), "OF-1", "12 → 20", "Team",
        ):  # fmt: skip
            assert part in said, part

    def test_has_lines_to_sign_tiers_and_the_common_end(self, taxed: World) -> None:
        said = text(order_form(taxed, quoted(taxed, 20)))
        for part in (
            "Order form", "Seats 1 to 10", "Seats 11 to 20", "For Acme Holding GmbH",
            "For Headroom GmbH", "Place and date", "Signature",
            "renew together with the seats there are", "orders 8 more seats",
        ):  # fmt: skip
            assert part in said, part

    def test_says_the_same_bytes_whatever_changes_later(self, taxed: World) -> None:
        paper = order_form(taxed, quoted(taxed, 20))
        before = render_pdf(kept_document(paper.content, "de"))
        Seller.objects.update(name="Somebody Else AG")
        with organization_context(taxed.id):
            BillingAccount.objects.update(payer_name="Renamed", vat_id="")
            kept = IssuedPaper.objects.get()
        assert render_pdf(kept_document(kept.content, "de")) == before

    def test_cannot_be_changed_or_deleted(self, taxed: World) -> None:
        order_form(taxed, quoted(taxed, 20))
        with organization_context(taxed.id):
            rows = IssuedPaper.objects.all()
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.update(po_number="x")
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.delete()
            assert rows.get().po_number == ""

    def test_is_numbered_and_the_same_is_not_issued_twice(self, taxed: World) -> None:
        quote = quoted(taxed, 20)
        first = order_form(taxed, quote, po_number="PO-1")
        assert order_form(taxed, quote, po_number="PO-1").pk == first.pk
        other = order_form(taxed, quote, po_number="PO-2")
        assert (str(first), str(other), str(amendment(taxed, quote))) == ("OF-1", "OF-2", "CA-1")

    def test_is_not_made_of_a_price_that_has_run_out(self, taxed: World) -> None:
        quote = quoted(taxed, 20)
        with pytest.raises(PaperNotPossible, match="run out"):
            issue_order_form(
                organization_id=taxed.id, quote_id=quote.pk, actor=taxed.actor,
                now=quote.expires_at + timedelta(seconds=1),
            )  # fmt: skip


class TestAnAmendment:
    @pytest.mark.parametrize("language", ["en", "de", "id"])
    def test_is_one_page_in_each_language(self, taxed: World, language: str) -> None:
        quote = quoted(taxed, 20)
        bought(taxed, quote)
        paper = amendment(taxed, quote, po_number="PO-1", cost_centre="CC")
        said = text(paper, language)
        for part in ("CA-1", "12 → 20", "Acme Holding GmbH", "Headroom GmbH"):
            assert part in said, part
        pdf = PdfReader(io.BytesIO(render_pdf(kept_document(paper.content, language))))
        assert len(pdf.pages) == 1
        assert "/StructTreeRoot" in pdf.root_object

    def test_is_one_page_with_the_longest_names_there_can_be(self, taxed: World) -> None:
        long = "Internationale Vermögensverwaltungsgesellschaft "
        Seller.objects.update(
            name=(long * 5)[:200], address_line1=(long * 5)[:200], address_line2=(long * 5)[:200],
            registration=(long * 5)[:200], city=(long * 3)[:120], footer=(long * 11)[:500],
        )  # fmt: skip
        with organization_context(taxed.id):
            BillingAccount.objects.update(
                payer_name=(long * 5)[:200], address_line1=(long * 5)[:200],
                address_line2=(long * 5)[:200], city=(long * 3)[:120],
            )  # fmt: skip
        paper = amendment(taxed, quoted(taxed, 20), po_number="P" * 30, cost_centre="C" * 60)
        for language in ("en", "de", "id"):
            assert len(pages_of(render_pdf(kept_document(paper.content, language)))) == 1

    def test_says_what_changes_and_that_the_rest_stays(self, taxed: World) -> None:
        quote = quoted(taxed, 20)
        said = text(amendment(taxed, quote))
        # 12 seats: 100 + 2 x 8 = 116.00; 20 seats: 180.00; 64.00 more
        for part in (
            "€116.00", "€180.00", "+€64.00", "on the day of the order", "run until",
            "Everything else in the contract stays unchanged", "Signature",
        ):  # fmt: skip
            assert part in said, part

    def test_of_what_was_bought_names_its_day_and_order_number(self, taxed: World) -> None:
        quote = quoted(taxed, 20)
        bought(taxed, quote, po_number="PO-77")
        paper = amendment(taxed, quote)
        assert paper.purchase is not None
        assert "PO-77" in text(paper)
        assert "on the day of the order" not in text(paper)


class TestPagesOfPapers:
    def test_issue_list_and_show_them(self, taxed: World) -> None:
        quote = quoted(taxed, 20)
        slug = taxed.organization.slug
        client = signed_in(taxed.ada)
        new = reverse("paper_new", args=[slug, quote.pk])
        assert new in client.get(reverse("quote", args=[slug, quote.pk])).content.decode()
        listed = client.post(f"{new}?kind=amendment", {"po_number": "PO-9"}, follow=True)
        assert "CA-1" in listed.content.decode()
        with organization_context(taxed.id):
            paper = IssuedPaper.objects.get()
        pdf = client.get(reverse("paper_pdf", args=[slug, paper.pk]), {"language": "de"})
        assert pdf["Content-Type"] == "application/pdf"
        assert str(PdfReader(io.BytesIO(pdf.content)).root_object["/Lang"]) == "de"
        fin = signed_in(make_user("fin", vendor_role="finance"))
        assert fin.get(reverse("vendor_paper_pdf", args=[paper.pk])).content != b""
        of_acme = reverse("vendor_papers", args=[slug])
        assert of_acme in fin.get(reverse("contract", args=[slug])).content.decode()
        assert "CA-1" in fin.get(of_acme).content.decode()


class TestAnOrderNumberOfACardPurchase:
    def test_stands_on_its_invoice_and_stays_when_stripe_is_read_again(self, taxed: World) -> None:
        with organization_context(taxed.id):
            BillingAccount.objects.update(po_number="STANDING")
        purchase = bought(taxed, quoted(taxed, 20), po_number="PO-CARD-1")
        assert purchase.collection == Purchase.Collection.CARD
        mirror_invoice(
            organization_id=taxed.id,
            state=stripe.retrieve_invoice(purchase.stripe_invoice_id),
            now=timezone.now(),
        )
        with organization_context(taxed.id):
            invoice = Invoice.objects.get(stripe_invoice_id=purchase.stripe_invoice_id)
            first = Invoice.objects.exclude(pk=invoice.pk).get()
        assert (invoice.po_number, first.po_number) == ("PO-CARD-1", "")
        address = reverse("invoice_pdf", args=[taxed.organization.slug, invoice.pk])
        [page] = pages_of(signed_in(taxed.ada).get(address).content)
        assert "PO-CARD-1" in page


class TestTheVendorInformation:
    @pytest.fixture
    def ada(self, transactional_db: None) -> User:
        Seller.objects.create(**SELLER)
        organization = make_organization("acme")
        ada = make_user("ada")
        make_membership(organization, user=ada, role="admin")
        return ada

    def told(self, ada: User, language: str) -> str:
        with user_context(ada.pk):
            User.objects.filter(pk=ada.pk).update(language=language)
            organization = Organization.objects.get(slug="acme")
        address = reverse("vendor_information_pdf", args=[organization.slug])
        answer = Client(headers={"accept-language": language})
        answer.force_login(ada)
        return " ".join(pages_of(answer.get(address).content))

    @pytest.mark.parametrize(
        ("language", "question"),
        [
            ("en", "Is data encrypted?"),
            ("de", "Sind Daten verschlüsselt?"),
            ("id", "Is data encrypted?"),
        ],
    )
    def test_is_told_in_the_readers_language_or_in_english(
        self, ada: User, language: str, question: str
    ) -> None:
        make_answer(
            reviewed_on=date(2026, 11, 1), question_de="Sind Daten verschlüsselt?",
            answer_de="Ja, immer.",
        )  # fmt: skip
        VendorContact.objects.create(role="security", name="Ines", email="security@x.example")
        said = self.told(ada, language)
        for part in (
            question, "Headroom GmbH", "DE123456789", "HRB 12345", "DE02 1203 0000 0000 2020 51",
            "BYLADEM1001", "security@x.example",
        ):  # fmt: skip
            assert part in said, part

    def test_warns_the_vendor_of_what_is_stale_until_it_is_confirmed(self, ada: User) -> None:
        today = timezone.now().date()
        answer = make_answer(
            reviewed_on=today - timedelta(days=400), review_by=today - timedelta(days=1)
        )
        olga = signed_in(make_user("olga", vendor_role="vendor_admin"))
        address = reverse("vendor_pack")
        assert "1 answer is stale" in olga.get(address).content.decode()
        olga.post(reverse("vendor_answer_act", args=[answer.pk]), {"do": "confirm"})
        assert "stale" not in olga.get(address).content.decode()
        answer.refresh_from_db()
        assert answer.reviewed_on == today
        assert answer.review_by == today + timedelta(days=365)

    def test_is_written_by_vendor_admins(self, ada: User) -> None:
        olga = signed_in(make_user("olga", vendor_role="vendor_admin"))
        form = {
            "topic": "privacy", "position": "1", "question": "Where is data kept?",
            "answer": "In the EU.", "review_by": "2020-01-01",
        }  # fmt: skip
        new = reverse("vendor_answer_new")
        assert olga.post(new, form).status_code == 422
        later = str(timezone.now().date() + timedelta(days=200))
        listed = olga.post(new, form | {"review_by": later}, follow=True).content.decode()
        assert "Where is data kept?" in listed
        contacts = {"security_name": "Ines"}
        assert olga.post(reverse("vendor_contacts"), contacts).status_code == 422
        contacts["security_email"] = "ines@x.example"
        assert olga.post(reverse("vendor_contacts"), contacts).status_code == 302
        assert VendorContact.objects.get().name == "Ines"
