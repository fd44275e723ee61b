"""Order form and contract amendment in the reader's language, from a quote and the parties.

Both name the parties with address and VAT id, the numbers they go by, and leave room to sign. What
they say is kept when they are issued; nothing here is read again for a paper of before.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Organization
from accounts.templatetags.headroom import format_money, longdate, number
from billing.documents.invoices import seller_small
from billing.documents.layout import Document, Headings, Pair, Row, Section, Signature
from billing.documents.quotes import next_invoice_section, quote_rows, quote_totals
from billing.documents.words import moment_words, party_lines, vat_words
from billing.domain.pricing import average_minor, total_minor
from billing.domain.quoting import QuoteFigures
from billing.models import Price, Purchase, Quote, Seller
from billing.models.snapshot import terms_from_json
from billing.selectors.sheets import Party, seller_party

_TIERS_ON_ONE_PAGE: Final = 8


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a paper is made of.

    `price` is the one after the change, `effective_at` the second the seats were granted, or None
    while they are not bought.
    """

    number: str
    quote: Quote
    purchase: Purchase | None
    price: Price
    organization: Organization
    seller: Seller
    buyer: Party
    po_number: str
    cost_centre: str
    effective_at: datetime | None
    issued_at: datetime
    issued_by: str


def order_form(agreement: Agreement, language: str) -> Document:
    """Return the order form, its times in the organization's zone."""
    with _reading(agreement, language):
        return _order_form(agreement, language)


def amendment(agreement: Agreement, language: str) -> Document:
    """Return the amendment of the contract by an addition: one page."""
    with _reading(agreement, language):
        return _amendment(agreement, language)


class _reading:  # noqa: N801 - reads as a statement
    """The reader's language and the organization's zone, as one context."""

    def __init__(self, agreement: Agreement, language: str) -> None:
        self._language = translation.override(language)
        self._zone = timezone.override(ZoneInfo(agreement.organization.time_zone))

    def __enter__(self) -> None:
        self._language.__enter__()
        self._zone.__enter__()

    def __exit__(self, *raised: object) -> None:
        self._zone.__exit__(*raised)  # type: ignore[arg-type]
        self._language.__exit__(*raised)  # type: ignore[arg-type]


def _money(minor: int, figures: QuoteFigures) -> str:
    return format_money(minor, figures.currency)


def _buyer(agreement: Agreement) -> tuple[str, ...]:
    buyer = agreement.buyer
    return tuple(line for line in (*party_lines(buyer), vat_words(buyer.vat_id)) if line)


def _numbers(agreement: Agreement) -> list[Pair]:
    pairs = [
        Pair(_("Issued"), longdate(agreement.issued_at)),
        Pair(_("Quote"), str(agreement.quote)),
    ]
    if agreement.po_number:
        pairs.append(Pair(_("Purchase order"), agreement.po_number))
    if agreement.cost_centre:
        pairs.append(Pair(_("Cost centre"), agreement.cost_centre))
    return pairs


def _plan(agreement: Agreement) -> str:
    return f"{agreement.price.plan.name}, {agreement.price.get_interval_display()}"


def _seats(figures: QuoteFigures) -> str:
    return f"{number(figures.quantity_from)} → {number(figures.quantity_to)}"


def _signatures(agreement: Agreement) -> tuple[Signature, ...]:
    labels = (_("Place and date"), _("Name and position"), _("Signature"))
    return (
        Signature(_("For %(party)s") % {"party": agreement.buyer.name}, labels),
        Signature(_("For %(party)s") % {"party": agreement.seller.name}, labels),
    )


def _payment(agreement: Agreement) -> str:
    quote = agreement.quote
    if quote.collection == Purchase.Collection.CARD:
        return _("by card, when it is ordered")
    days = ngettext("within %(n)s day", "within %(n)s days", quote.net_days) % {
        "n": number(quote.net_days)
    }
    if quote.collection == Purchase.Collection.MONTHLY:
        return _("by the invoice of the month, %(within)s") % {"within": days}
    return _("by invoice, %(within)s") % {"within": days}


def _term_end(figures: QuoteFigures) -> datetime:
    return figures.next_invoice.at


def _order_form(agreement: Agreement, language: str) -> Document:
    quote, figures = agreement.quote, agreement.quote.snapshot()
    begins = agreement.effective_at or figures.at
    return Document(
        language=language,
        title=_("Order form"),
        number=agreement.number,
        dated=timezone.localtime(agreement.issued_at),
        filename=f"order-form-{agreement.number}",
        headings=Headings(
            buyer=pgettext("party", "Customer"),
            what=_("What is ordered"),
            quantity=_("Seats"),
            unit="",
            amount=_("Amount"),
            page=_("Page {n} of {of}"),
        ),
        seller=party_lines(seller_party(agreement.seller)),
        seller_small=seller_small(agreement.seller),
        buyer=_buyer(agreement),
        facts=(
            *_numbers(agreement),
            Pair(_("Plan"), _plan(agreement)),
            Pair(_("Seats"), _seats(figures)),
            Pair(_("Term"), f"{longdate(begins)} – {longdate(_term_end(figures))}"),
            Pair(_("Payment"), _payment(agreement)),
        ),
        headline=Pair(_("To pay now"), _money(quote.total_now_minor, figures)),
        rows=quote_rows(figures),
        totals=quote_totals(quote, figures),
        sections=(
            next_invoice_section(figures),
            Section(_("What is agreed"), tuple(_order_sentences(agreement, figures))),
        ),
        footer=agreement.seller.footer,
        signatures=_signatures(agreement),
        is_compact=True,
        # With a long list of tiers it is read better on two pages than in small print.
        is_one_page=len(figures.next_invoice.lines) <= _TIERS_ON_ONE_PAGE,
    )


def _order_sentences(agreement: Agreement, figures: QuoteFigures) -> list[str]:
    ordered = ngettext(
        "%(customer)s orders %(n)s more seat under the contract in force.",
        "%(customer)s orders %(n)s more seats under the contract in force.",
        figures.seats_added,
    ) % {"customer": agreement.buyer.name, "n": number(figures.seats_added)}
    if not figures.seats_added:
        ordered = _("%(customer)s orders the plan named above under the contract in force.") % {
            "customer": agreement.buyer.name
        }
    sentences = [ordered, _co_terming(figures)]
    if agreement.effective_at is None:
        sentences.append(
            _(
                "The amount to pay now holds until %(until)s and falls with every day of the term "
                "that passes; if the order is accepted later, it is computed again and never "
                "higher under the same prices."
            )
            % {"until": moment_words(agreement.quote.expires_at)}
        )
    return sentences


def _co_terming(figures: QuoteFigures) -> str:
    return _(
        "The additional seats run until %(day)s and renew together with the seats there are."
    ) % {"day": longdate(_term_end(figures))}


def _amendment(agreement: Agreement, language: str) -> Document:
    figures = agreement.quote.snapshot()
    table = terms_from_json(agreement.quote.terms)
    before, after = figures.quantity_from, figures.quantity_to

    def change(what: str, old: int, new: int, detail: str = "") -> Row:
        sign = "+" if new >= old else ""
        return Row(
            what, detail, _money(old, figures), _money(new, figures),
            f"{sign}{_money(new - old, figures)}",
        )  # fmt: skip

    effective = (
        longdate(agreement.effective_at) if agreement.effective_at else _("on the day of the order")
    )
    return Document(
        language=language,
        title=_("Contract amendment"),
        number=agreement.number,
        dated=timezone.localtime(agreement.issued_at),
        filename=f"amendment-{agreement.number}",
        headings=Headings(
            buyer=pgettext("party", "Customer"),
            what=_("What changes"),
            quantity=_("Until now"),
            unit=_("From then on"),
            amount=_("Difference"),
            page=_("Page {n} of {of}"),
        ),
        seller=party_lines(seller_party(agreement.seller)),
        seller_small=seller_small(agreement.seller),
        buyer=_buyer(agreement),
        facts=(
            *_numbers(agreement),
            Pair(_("Plan"), _plan(agreement)),
            Pair(_("Takes effect"), effective),
        ),
        headline=Pair(_("Seats under the contract"), _seats(figures)),
        rows=(
            Row(_("Seats"), "", number(before), number(after), f"+{number(after - before)}"),
            change(
                _("Price of a whole period"),
                total_minor(table, before),
                total_minor(table, after),
                _("list price before discount and tax"),
            ),
            change(
                _("Per seat on average"),
                average_minor(table, before),
                average_minor(table, after),
            ),
        ),
        totals=(
            Pair(_("For the rest of this term, with tax"), _now(agreement, figures)),
            Pair(
                _("Next invoice, %(day)s") % {"day": longdate(figures.next_invoice.at)},
                _money(figures.next_invoice.total_minor, figures),
                strong=True,
            ),
        ),
        sections=(
            Section(
                _("What is agreed"),
                (
                    ngettext(
                        "1. The number of seats rises by %(n)s.",
                        "1. The number of seats rises by %(n)s.",
                        figures.seats_added,
                    )
                    % {"n": number(figures.seats_added)},
                    _("2. %(sentence)s") % {"sentence": _co_terming(figures)},
                    _(
                        "3. The prices are those of the contract; the tier that the number of "
                        "seats reaches applies."
                    ),
                    _("4. Everything else in the contract stays unchanged."),
                ),
            ),
        ),
        footer=agreement.seller.footer,
        signatures=_signatures(agreement),
        is_compact=True,
        is_one_page=True,
    )


def _now(agreement: Agreement, figures: QuoteFigures) -> str:
    return _money(agreement.quote.total_now_minor, figures)
