"""PDFs as their readers get them: read back, to the cent, in three languages."""

import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from accounts.models import User
from accounts.tenancy import organization_context, user_context
from billing.documents.invoices import NotPaid, invoice_document, receipt_document
from billing.documents.rendering import render_pdf
from billing.models import BillingAccount, CreditNote, Invoice, Quote, Seller
from billing.services import webhooks
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from tests.integration.billing.conftest import World, make_world
from tests.support.people import make_api_key, make_membership, make_user
from tests.support.stripe import Sandbox, deliver

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def signed_in(user: User, *, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    with user_context(user.pk):
        User.objects.filter(pk=user.pk).update(language=language)
    return client


def text_of(pdf: bytes) -> str:
    """The text of all pages, with its spaces made plain."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return re.sub(r"[\s\u200b]+", " ", " ".join(pages))


def buy(world: World, seats: int) -> Quote:
    """Grow to `seats` seats and return the quote that was bought."""
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
    return quote


def invoices(world: World) -> list[Invoice]:
    with organization_context(world.id):
        return list(Invoice.objects.order_by("issued_at", "pk"))


def address(world: World, name: str, *rest: object) -> str:
    return reverse(name, args=[world.organization.slug, *rest])


@pytest.fixture
def taxed(sandbox: Sandbox, transactional_db: None) -> World:
    """Acme with 12 seats and 19 % tax; the seller has an address."""
    Seller.objects.create(
        name="Headroom GmbH",
        address_line1="Torstraße 1",
        postal_code="10119",
        city="Berlin",
        country="DE",
        vat_id="DE123456789",
        registration="HRB 12345, Amtsgericht Berlin",
        bank_name="Erste Bank",
        iban="DE02 1203 0000 0000 2020 51",
        bic="BYLADEM1001",
        footer="Thank you.",
    )
    return make_world(sandbox, tax_rate_basis_points=1900)


class TestAnInvoice:
    @pytest.mark.parametrize(
        ("language", "words", "total", "tax"),
        [
            ("en", "Germany", "€138.04", "€22.04"),
            ("de", "Deutschland", "138,04 €", "22,04 €"),
            ("id", "Jerman", "€138,04", "€22,04"),
        ],
    )
    def test_says_every_figure_in_the_readers_language(
        self, taxed: World, language: str, words: str, total: str, tax: str
    ) -> None:
        [invoice] = invoices(taxed)
        answer = signed_in(taxed.ada, language=language).get(
            address(taxed, "invoice_pdf", invoice.pk)
        )
        pdf = PdfReader(io.BytesIO(answer.content))
        text = text_of(answer.content)
        # 10 x 10.00 + 2 x 8.00 = 116.00; 19 % of it, line by line, 19.00 + 3.04
        assert total in text
        assert tax in text
        assert words in text
        assert str(pdf.root_object["/Lang"]) == language
        assert "/StructTreeRoot" in pdf.root_object
        assert str(invoice) in str(pdf.metadata.title if pdf.metadata else "")
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"] == f'inline; filename="invoice-{invoice}.pdf"'
        assert "private" in answer["Cache-Control"]

    def test_names_seller_buyer_tiers_and_what_paid(self, taxed: World) -> None:
        [invoice] = invoices(taxed)
        text = text_of(signed_in(taxed.ada).get(address(taxed, "invoice_pdf", invoice.pk)).content)
        for part in (
            "Headroom GmbH",
            "10119 Berlin",
            "VAT id DE123456789",
            "HRB 12345",
            "Acme",
            "Seats 1 to 10",
            "Seats 11 to 12",
            "Team, monthly",
            "VAT 19%",
            "Visa ending in 4242",
            "Page 1 of 1",
        ):
            assert part in text, part
        # Paid by card: nobody is asked to transfer anything.
        assert "IBAN" not in text

    def test_says_each_proration_in_words(self, taxed: World) -> None:
        quote = buy(taxed, 20)
        invoice = invoices(taxed)[-1]
        text = text_of(signed_in(taxed.ada).get(address(taxed, "invoice_pdf", invoice.pk)).content)
        assert "Unused time on 12 seats" in text
        assert "Remaining time on 20 seats" in text
        assert f"€{quote.total_now_minor / 100:.2f}" in text
        for line in quote.snapshot().lines:
            assert f"{abs(line.amount_minor) / 100:.2f}" in text

    def test_keeps_the_parties_of_its_day(self, taxed: World) -> None:
        [invoice] = invoices(taxed)
        Seller.objects.update(name="Another name")
        with organization_context(taxed.id):
            BillingAccount.objects.update(payer_name="Renamed", city="Elsewhere")
            document = invoice_document(invoice, language="en")
        text = text_of(render_pdf(document))
        assert "Headroom GmbH" in text
        assert "Renamed" not in text

    def test_is_the_same_to_the_byte_each_time(self, taxed: World) -> None:
        [invoice] = invoices(taxed)
        client = signed_in(taxed.ada)
        url = address(taxed, "invoice_pdf", invoice.pk)
        assert client.get(url).content == client.get(url).content

    def test_on_terms_says_where_to_transfer_and_by_when(
        self, sandbox: Sandbox, taxed: World
    ) -> None:
        other = make_world(
            sandbox,
            name="terms",
            admin="tina",
            price=taxed.subscription.price,
            payment_method_id="",
            by_invoice=True,
        )
        opened = invoices(other)[0]
        sandbox.call("POST", f"invoices/{opened.stripe_invoice_id}/finalize")
        for event in other.events():
            deliver(event)
        webhooks.process_due_events(now=timezone.now(), clock=timezone.now)
        [invoice] = invoices(other)
        text = text_of(signed_in(other.ada).get(address(other, "invoice_pdf", invoice.pk)).content)
        assert "DE02 1203 0000 0000 2020 51" in text
        assert "To pay by" in text
        assert "€116.00" in text
        with organization_context(other.id), pytest.raises(NotPaid):
            receipt_document(invoice, language="en")
        page = signed_in(other.ada).get(address(other, "receipt_pdf", invoice.pk))
        assert page.status_code == 404


class TestAReceipt:
    def test_says_what_was_received_and_with_what(self, taxed: World) -> None:
        [invoice] = invoices(taxed)
        answer = signed_in(taxed.ada).get(address(taxed, "receipt_pdf", invoice.pk))
        text = text_of(answer.content)
        # On top, as the total, and with the card that paid it.
        assert text.count("€138.04") == 3
        assert "Receipt" in text
        assert "Received on" in text
        assert "Paid with Visa ending in 4242" in text


class TestACreditNote:
    def test_says_what_is_given_back_and_where_it_went(self, taxed: World) -> None:
        [invoice] = invoices(taxed)
        taxed.sandbox.call(
            "POST",
            "credit_notes",
            invoice=invoice.stripe_invoice_id,
            credit_amount="1190",
            reason="order_change",
            memo="<b>Sorry</b> #strong[not]",
        )
        for event in taxed.events():
            deliver(event)
        webhooks.process_due_events(now=timezone.now(), clock=timezone.now)
        with organization_context(taxed.id):
            note = CreditNote.objects.get()
        client = signed_in(taxed.ada)
        text = text_of(client.get(address(taxed, "credit_note_pdf", note.pk)).content)
        # 11.90 with the tax that it holds: 19 / 119 of it is 1.90
        assert "€11.90" in text
        assert "€1.90" in text
        assert "€10.00" in text
        assert f"For invoice {invoice}" in text
        assert "the order was changed" in text
        assert "<b>Sorry</b> #strong[not]" in text
        page = client.get(address(taxed, "invoices")).content.decode()
        assert note.number in page
        assert "€11.90" in client.get(address(taxed, "invoice", invoice.pk)).content.decode()


class TestAQuote:
    def test_says_what_to_pay_and_what_follows(self, taxed: World) -> None:
        # Inside of the period, so that a share of it has passed.
        later = timezone.now() + timedelta(days=10)
        quote = quote_seats(organization_id=taxed.id, quantity=20, actor=taxed.actor, now=later)
        text = text_of(signed_in(taxed.ada).get(address(taxed, "quote_pdf", quote.pk)).content)
        figures = quote.snapshot()
        assert f"€{quote.total_now_minor / 100:.2f}" in text
        # The renewal: 10 x 10.00 + 10 x 8.00 = 180.00, and 19 % of it
        assert "€214.20" in text
        assert "€34.20" in text
        assert "12 → 20" in text
        # Times without their zone would be read in another one.
        assert re.search(r"holds until [^.]+ UTC", text)
        for line in figures.lines:
            assert f"{line.full_minor / 100:.2f} ×" in text

    def test_is_for_those_who_see_the_overview(self, taxed: World) -> None:
        quote = quote_seats(
            organization_id=taxed.id, quantity=20, actor=taxed.actor, now=timezone.now()
        )
        url = address(taxed, "quote_pdf", quote.pk)
        for role, status in (("champion", 200), ("member", 403)):
            user = make_user(f"{role}-reader")
            make_membership(taxed.organization, user=user, role=role)
            assert signed_in(user).get(url).status_code == status


class TestForeignEyes:
    def test_of_another_organization_find_nothing(self, taxed: World, sandbox: Sandbox) -> None:
        other = make_world(sandbox, name="other", admin="cleo", price=taxed.subscription.price)
        [invoice] = invoices(taxed)
        cleo = signed_in(other.ada)
        assert cleo.get(address(other, "invoice_pdf", invoice.pk)).status_code == 404
        assert cleo.get(address(taxed, "invoice_pdf", invoice.pk)).status_code == 404

    def test_of_finance_read_every_invoice_and_leave_a_note(self, taxed: World) -> None:
        [invoice] = invoices(taxed)
        fin = signed_in(make_user("fin", vendor_role="finance"))
        url = reverse("vendor_invoice_pdf", args=[invoice.pk])
        assert "€138.04" in text_of(fin.get(url).content)
        page = signed_in(taxed.ada).get(address(taxed, "settings_vendor_access")).content.decode()
        assert url in page


class TestTheList:
    def test_is_searched_filtered_and_exported(self, taxed: World) -> None:
        [invoice] = invoices(taxed)
        client = signed_in(taxed.ada)
        assert str(invoice) in client.get(address(taxed, "invoices")).content.decode()
        nothing = client.get(address(taxed, "invoices"), {"q": "zzz"}).content.decode()
        assert "Nothing fits the search" in nothing
        none_open = client.get(address(taxed, "invoices"), {"status": "open"}).content.decode()
        assert "Nothing fits the search" in none_open
        rows = client.get(address(taxed, "invoices_export", "csv")).content.decode("utf-8-sig")
        assert "116.00,22.04,138.04,0.00,0.00,EUR" in rows

    def test_shows_no_draft(self, taxed: World) -> None:
        [invoice] = invoices(taxed)
        with organization_context(taxed.id):
            Invoice.objects.update(status="draft", issued_at=timezone.now() - timedelta(days=1))
        client = signed_in(taxed.ada)
        assert client.get(address(taxed, "invoice_pdf", invoice.pk)).status_code == 404
        assert client.get(address(taxed, "invoice", invoice.pk)).status_code == 404


class TestForPrograms:
    def test_every_invoice_and_quote_says_where_its_pdf_is(self, taxed: World) -> None:
        key = make_api_key(taxed.organization)
        client = Client(headers={"Authorization": f"Bearer {key}"})
        listed = client.get("/api/v1/organizations/acme/invoices").json()["results"]
        pdf = client.get(listed[0]["pdf_url"], headers={"Accept": "application/pdf"})
        assert pdf["Content-Type"] == "application/pdf"
        assert "€138.04" in text_of(pdf.content)
        quote = client.post(
            "/api/v1/organizations/acme/quotes", {"quantity": 20}, content_type="application/json"
        ).json()
        german = client.get(quote["pdf_url"], {"language": "de"})
        assert german["Content-Language"] == "de"
        # The renewal of 20 seats, in German separators
        assert "214,20 €" in text_of(german.content)

    def test_an_unknown_language_is_refused_by_name(self, taxed: World) -> None:
        [invoice] = invoices(taxed)
        client = Client(headers={"Authorization": f"Bearer {make_api_key(taxed.organization)}"})
        answer = client.get(
            f"/api/v1/organizations/acme/invoices/{invoice.pk}/pdf", {"language": "xx"}
        )
        assert answer.status_code == 400
        assert b"language" in answer.content
