"""Quotes in the reader's language: what is paid today, what follows, and how it is computed."""

from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organization
from accounts.templatetags.headroom import format_money, longdate, number
from billing.documents.invoices import headings, seller_small
from billing.documents.layout import Document, Pair, Row, Section
from billing.documents.words import (
    moment_words,
    party_lines,
    proration_words,
    seats_words,
    span_words,
    tax_words,
    tier_words,
    vat_words,
)
from billing.domain.quoting import QuoteFigures, QuoteLine
from billing.models import BillingAccount, Quote
from billing.selectors.sheets import TaxRow, buyer_today, current_seller, seller_party


def quote_document(quote: Quote, *, language: str) -> Document:
    """Return a quote as a document, its times in the organization's zone."""
    organization = Organization.objects.get(pk=quote.organization_id)
    account = BillingAccount.objects.filter(organization_id=quote.organization_id).first()
    with translation.override(language), timezone.override(ZoneInfo(organization.time_zone)):
        return _quote(quote, organization, account, language)


def quote_line_words(line: QuoteLine, figures: QuoteFigures) -> tuple[str, str]:
    """Return what a line of a quote is for, and from when to when."""
    kind: str = line.kind.value
    if kind == "settled":
        return (
            _("Seats of a true-up, settled before"),
            span_words(figures.at, figures.period.end, to_the_minute=True),
        )
    if kind in ("credit", "debit"):
        return (
            proration_words(line.quantity, is_credit=kind == "credit"),
            span_words(figures.at, figures.period.end, to_the_minute=True),
        )
    # A whole term that begins with the change and ends at the invoice that follows.
    return seats_words(line.quantity), span_words(figures.at, figures.next_invoice.at)


def arithmetic(figures: QuoteFigures) -> list[str]:
    """Return how each line of today's amount is computed, as a sentence each."""
    currency = figures.currency
    sentences = []
    for line in figures.lines:
        if line.fraction == 1 and line.paid_share == 1:
            continue
        full = -line.full_minor if line.kind.value in ("credit", "settled") else line.full_minor
        seconds = int(figures.period.seconds)
        left = int((figures.period.end - figures.at).total_seconds())
        paid = ""
        if line.paid_share != 1:
            paid = f" × {line.paid_share.numerator} ÷ {line.paid_share.denominator}"
        sentences.append(
            f"{format_money(full, currency)} × {number(left)} ÷ "
            f"{number(seconds)}{paid} = {format_money(line.amount_minor, currency)}"
        )
    return sentences


def _quote(
    quote: Quote, organization: Organization, account: BillingAccount | None, language: str
) -> Document:
    figures = quote.snapshot()
    seller = current_seller()
    buyer = buyer_today(organization, account)
    return Document(
        language=language,
        title=_("Quote"),
        number=str(quote),
        dated=timezone.localtime(quote.created_at),
        filename=f"quote-{quote}",
        headings=headings(),
        seller=party_lines(seller_party(seller)),
        seller_small=seller_small(seller),
        buyer=tuple(line for line in (*party_lines(buyer), vat_words(buyer.vat_id)) if line),
        facts=(
            Pair(_("Made on"), longdate(quote.created_at)),
            Pair(_("Made by"), quote.actor_label),
            Pair(_("This price holds until"), moment_words(quote.expires_at)),
            Pair(_("Seats"), f"{number(quote.quantity_from)} → {number(quote.quantity_to)}"),
        ),
        headline=Pair(_("To pay when you buy"), _money(quote.total_now_minor, figures)),
        rows=quote_rows(figures),
        totals=quote_totals(quote, figures),
        sections=_sections(figures),
        footer=seller.footer,
    )


def _money(minor: int, figures: QuoteFigures) -> str:
    return format_money(minor, figures.currency)


def quote_rows(figures: QuoteFigures) -> tuple[Row, ...]:
    """Return what is paid when it is bought, line by line."""
    rows = []
    for line in figures.lines:
        what, detail = quote_line_words(line, figures)
        rows.append(
            Row(what, detail, number(line.quantity), "", _money(line.amount_minor, figures))
        )
    return tuple(rows)


def quote_totals(quote: Quote, figures: QuoteFigures) -> tuple[Pair, ...]:
    """Return how the lines add up to what is paid when it is bought."""
    now = figures.now
    pairs = []
    if now.discount_minor:
        pairs += [
            Pair(_("Subtotal"), _money(now.subtotal_minor, figures)),
            Pair(_("Discount"), _money(-now.discount_minor, figures)),
        ]
    pairs.append(Pair(_("Net"), _money(now.subtotal_minor - now.discount_minor, figures)))
    if figures.tax_basis_points:
        label = tax_words(TaxRow(figures.tax_basis_points, now.tax_minor))
        pairs.append(Pair(label, _money(now.tax_minor, figures)))
    pairs.append(Pair(_("Total"), _money(now.total_minor, figures), strong=True))
    if now.from_balance_minor:
        pairs.append(Pair(_("From your credit balance"), _money(-now.from_balance_minor, figures)))
    if now.to_balance_minor:
        pairs.append(Pair(_("To your credit balance"), _money(now.to_balance_minor, figures)))
    if quote.total_now_minor != now.total_minor:
        pairs.append(Pair(_("To pay"), _money(quote.total_now_minor, figures)))
    return tuple(pairs)


def next_invoice_section(figures: QuoteFigures) -> Section:
    """Return the invoice that follows, tier by tier."""
    following = figures.next_invoice
    pairs = []
    for line in following.lines:
        seats = (
            tier_words(line.first_seat, line.last_seat)
            if len(following.lines) > 1
            else seats_words(line.quantity)
        )
        price = _money(line.unit_amount_minor, figures)
        amount = _money(line.amount_minor, figures)
        pairs.append(
            Pair(seats, _("%(price)s each, %(amount)s") % {"price": price, "amount": amount})
        )
    if following.settlement.discount_minor:
        pairs.append(Pair(_("Discount"), _money(-following.settlement.discount_minor, figures)))
    if following.settlement.tax_minor:
        label = tax_words(TaxRow(figures.tax_basis_points, following.settlement.tax_minor))
        pairs.append(Pair(label, _money(following.settlement.tax_minor, figures)))
    pairs.append(Pair(_("Total"), _money(following.total_minor, figures)))
    heading = ngettext(
        "The next invoice, on %(day)s, for %(n)s seat",
        "The next invoice, on %(day)s, for %(n)s seats",
        following.quantity,
    ) % {"day": longdate(following.at), "n": number(following.quantity)}
    return Section(heading, (), tuple(pairs))


def _sections(figures: QuoteFigures) -> tuple[Section, ...]:
    found = [next_invoice_section(figures)]
    sentences = arithmetic(figures)
    if sentences:
        intro = _(
            "Each amount is the price of the whole period times the share of it that is left, "
            "counted in seconds and rounded once."
        )
        found.append(Section(_("How the amounts are made"), (intro, *sentences)))
    found.append(
        Section(
            _("How long this price holds"),
            (
                _(
                    "The amount to pay falls with every second of the period. It is computed again "
                    "when you buy; if it is another one by then, you are asked first and nothing "
                    "is charged."
                ),
            ),
        )
    )
    return tuple(found)
