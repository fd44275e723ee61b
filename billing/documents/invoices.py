"""Invoices, receipts and credit notes in the reader's language, from our mirror of Stripe's."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.templatetags.headroom import format_money, longdate, number, shortdate
from billing.documents.layout import Document, Headings, Pair, Row, Section
from billing.documents.words import (
    line_words,
    party_lines,
    payment_words,
    seats_words,
    span_words,
    tax_words,
    vat_words,
)
from billing.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine, Seller
from billing.selectors.sheets import InvoiceSheet, invoice_sheet, seller_party, tax_rows


class NotPaid(Exception):
    """There is no receipt for what was not paid."""


def invoice_document(invoice: Invoice, *, language: str) -> Document:
    """Return an invoice as a document, its times in the organization's zone."""
    sheet = invoice_sheet(invoice)
    with translation.override(language), timezone.override(_zone(sheet)):
        return _invoice(sheet, language)


def receipt_document(invoice: Invoice, *, language: str) -> Document:
    """Return the receipt of a paid invoice; raises NotPaid."""
    sheet = invoice_sheet(invoice)
    if invoice.status != Invoice.Status.PAID:
        raise NotPaid(str(invoice))
    with translation.override(language), timezone.override(_zone(sheet)):
        document = _invoice(sheet, language)
        ways = [payment_words(payment) for payment in sheet.payments]
        facts = [
            Pair(_("Invoice"), str(invoice)),
            Pair(pgettext("invoice", "Paid"), longdate(invoice.paid_at)),
        ]
        if ways:
            facts.append(Pair(_("Paid with"), ", ".join(ways)))
        return replace(
            document,
            title=_("Receipt"),
            filename=f"receipt-{invoice}",
            facts=tuple(facts),
            headline=Pair(
                _("Received on %(day)s") % {"day": longdate(invoice.paid_at)},
                format_money(invoice.amount_paid_minor, invoice.currency),
            ),
            sections=tuple(s for s in document.sections if s.heading == _reverse_heading()),
        )


def _zone(sheet: InvoiceSheet) -> ZoneInfo:
    return ZoneInfo(sheet.organization.time_zone)


def headings() -> Headings:
    """Return the words around the figures."""
    return Headings(
        buyer=_("Billed to"),
        what=_("Description"),
        quantity=_("Seats"),
        unit=_("Per seat"),
        amount=_("Amount"),
        page=_("Page {n} of {of}"),
    )


def seller_small(seller: Seller) -> tuple[str, ...]:
    """Return what stands small at the foot of every page."""
    lines = (vat_words(seller.vat_id), seller.registration, seller.email, seller.website)
    return tuple(line for line in lines if line)


def buyer_lines(sheet: InvoiceSheet) -> tuple[str, ...]:
    """Return the buyer's address with the VAT id."""
    return tuple(
        line for line in (*party_lines(sheet.buyer), vat_words(sheet.buyer.vat_id)) if line
    )


def _invoice(sheet: InvoiceSheet, language: str) -> Document:
    invoice, currency = sheet.invoice, sheet.invoice.currency
    rows = tuple(
        Row(
            what=line.what,
            detail=line.detail,
            quantity="" if line.quantity is None else number(line.quantity),
            unit="" if line.unit_minor is None else format_money(line.unit_minor, currency),
            amount=format_money(line.amount_minor, currency),
        )
        for line in line_words(sheet.lines, sheet.prices, currency)
    )
    return Document(
        language=language,
        title=_("Invoice"),
        number=str(invoice),
        dated=timezone.localtime(invoice.finalized_at or invoice.issued_at),
        filename=f"invoice-{invoice}",
        headings=headings(),
        seller=party_lines(seller_party(sheet.seller)),
        seller_small=seller_small(sheet.seller),
        buyer=buyer_lines(sheet),
        facts=_facts(sheet),
        headline=_headline(invoice),
        rows=rows,
        totals=_totals(sheet),
        sections=_sections(sheet),
        footer=sheet.seller.footer,
    )


def _facts(sheet: InvoiceSheet) -> tuple[Pair, ...]:
    invoice = sheet.invoice
    pairs = [Pair(_("Issued"), longdate(invoice.issued_at))]
    if invoice.due_at is not None:
        pairs.append(Pair(_("Due"), longdate(invoice.due_at)))
    starts = [line.period_start for line in sheet.lines if line.period_start]
    ends = [line.period_end for line in sheet.lines if line.period_end]
    if starts and ends and min(starts) < max(ends):
        pairs.append(Pair(_("Service period"), span_words(min(starts), max(ends))))
    if invoice.po_number:
        pairs.append(Pair(_("Purchase order"), invoice.po_number))
    return tuple(pairs)


def _headline(invoice: Invoice) -> Pair:
    currency = invoice.currency
    if invoice.status == Invoice.Status.PAID and invoice.total_minor < 0:
        label = _("Put on your credit balance")
        return Pair(label, format_money(-invoice.total_minor, currency))
    if invoice.status == Invoice.Status.PAID:
        label = _("Paid on %(day)s") % {"day": longdate(invoice.paid_at)}
        return Pair(label, format_money(invoice.total_minor, currency))
    if invoice.status == Invoice.Status.VOID:
        label = _("Canceled: nothing is to be paid")
        return Pair(label, format_money(0, currency))
    label = (
        _("To pay by %(day)s") % {"day": longdate(invoice.due_at)}
        if invoice.due_at
        else pgettext("invoice", "To pay")
    )
    return Pair(label, format_money(invoice.amount_remaining_minor, currency))


def _totals(sheet: InvoiceSheet) -> tuple[Pair, ...]:
    invoice = sheet.invoice

    def money(minor: int) -> str:
        return format_money(minor, invoice.currency)

    pairs = []
    if invoice.discount_minor:
        pairs += [
            Pair(_("Subtotal"), money(invoice.subtotal_minor)),
            Pair(_("Discount"), money(-invoice.discount_minor)),
        ]
    pairs.append(Pair(_("Net"), money(sheet.net_minor)))
    pairs += [Pair(tax_words(row), money(row.tax_minor)) for row in sheet.taxes]
    pairs.append(Pair(_("Total"), money(invoice.total_minor), strong=True))
    balance = sheet.from_balance_minor
    if balance > 0:
        pairs.append(Pair(_("From your credit balance"), money(-balance)))
    elif balance < 0:
        pairs.append(Pair(_("To your credit balance"), money(-balance)))
    for note in sheet.credit_notes:
        if note.before_payment_minor:
            label = _("Credit note %(number)s") % {"number": note}
            pairs.append(Pair(label, money(-note.before_payment_minor)))
    for payment in sheet.payments:
        label = f"{payment_words(payment)}, {shortdate(payment.paid_at)}"
        pairs.append(Pair(label, money(-payment.amount_minor)))
    if len(pairs) > 3 and invoice.status != Invoice.Status.VOID:
        pairs.append(Pair(_("Left to pay"), money(invoice.amount_remaining_minor)))
    return tuple(pairs)


def _reverse_heading() -> str:
    return _("Reverse charge")


def _sections(sheet: InvoiceSheet) -> tuple[Section, ...]:
    invoice, seller = sheet.invoice, sheet.seller
    found = []
    if sheet.is_reversed:
        found.append(
            Section(
                _reverse_heading(),
                (_("Tax to be paid by the recipient: the buyer owes the VAT on this invoice."),),
            )
        )
    if invoice.status == Invoice.Status.OPEN and sheet.paid_on_terms and seller.iban:
        pairs = [
            Pair(_("Account holder"), seller.name),
            Pair(_("Bank"), seller.bank_name),
            Pair("IBAN", seller.iban),
            Pair("BIC", seller.bic),
            Pair(_("Reference"), str(invoice)),
        ]
        found.append(
            Section(
                _("How to pay"),
                (_("Please transfer the amount and name the number of the invoice."),),
                tuple(pair for pair in pairs if pair.value),
            )
        )
    given_back = [
        Pair(
            _("Credit note %(number)s") % {"number": note},
            f"{format_money(note.total_minor, note.currency)}, {shortdate(note.issued_at)}",
        )
        for note in sheet.credit_notes
        if not note.before_payment_minor
    ]
    if given_back:
        found.append(Section(_("Credited since"), (), tuple(given_back)))
    return tuple(found)


def credit_note_document(note: CreditNote, *, language: str) -> Document:
    """Return a credit note as a document, its times in the organization's zone."""
    sheet = invoice_sheet(note.invoice)
    lines = list(CreditNoteLine.objects.filter(credit_note=note).order_by("position"))
    with translation.override(language), timezone.override(_zone(sheet)):
        return _credit_note(note, lines, sheet, language)


def _credit_note(
    note: CreditNote, lines: list[CreditNoteLine], sheet: InvoiceSheet, language: str
) -> Document:
    def money(minor: int) -> str:
        return format_money(minor, note.currency)

    facts = [
        Pair(_("For invoice"), str(note.invoice)),
        Pair(_("Issued"), longdate(note.issued_at)),
    ]
    if note.reason:
        facts.append(Pair(_("Reason"), note.get_reason_display()))
    taxes = tax_rows([(line.stripe_tax_rate_id, line.tax_minor) for line in lines])
    totals = [Pair(_("Net"), money(note.total_minor - note.tax_minor))]
    totals += [Pair(tax_words(row), money(row.tax_minor)) for row in taxes]
    totals.append(Pair(_("Total credited"), money(note.total_minor), strong=True))
    for label, minor in (
        (_("Taken off what was to pay"), note.before_payment_minor),
        (_("Refunded to what was paid with"), note.refunded_minor),
        (_("Put on your credit balance"), note.to_balance_minor),
        (_("Settled in another way"), note.elsewhere_minor),
    ):
        if minor:
            totals.append(Pair(label, money(minor)))
    is_void = note.status == CreditNote.Status.VOID
    return Document(
        language=language,
        title=_("Credit note"),
        number=note.number,
        dated=timezone.localtime(note.issued_at),
        filename=f"credit-note-{note}",
        headings=headings(),
        seller=party_lines(seller_party(sheet.seller)),
        seller_small=seller_small(sheet.seller),
        buyer=buyer_lines(sheet),
        facts=tuple(facts),
        headline=Pair(
            _("Taken back: nothing is credited") if is_void else _("Credited to you"),
            money(0 if is_void else note.total_minor),
        ),
        rows=tuple(_credit_row(line, sheet, note.currency) for line in lines),
        totals=tuple(totals),
        sections=(Section(_("Note"), (note.memo,)),) if note.memo else (),
        footer=sheet.seller.footer,
    )


def _credit_row(line: CreditNoteLine, sheet: InvoiceSheet, currency: str) -> Row:
    source: dict[str, InvoiceLine] = {known.stripe_line_id: known for known in sheet.lines}
    taken_back = source.get(line.stripe_invoice_line_id)
    what, detail = line.description, ""
    if taken_back is not None and line.quantity is not None and taken_back.stripe_item_id:
        what = seats_words(line.quantity)
        detail = span_words(taken_back.period_start, taken_back.period_end)
    elif taken_back is None and not line.stripe_invoice_line_id:
        # Stripe's own sentence is English; an amount without a line needs none of it.
        what = _("Credit on invoice %(number)s") % {"number": sheet.invoice}
    return Row(
        what=what,
        detail=detail,
        quantity="" if taken_back is None or line.quantity is None else number(line.quantity),
        unit="",
        amount=format_money(line.amount_minor, currency),
    )
