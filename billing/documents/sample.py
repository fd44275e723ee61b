"""An invoice that nobody got: what the seller's details look like on paper."""

from datetime import UTC, datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.templatetags.headroom import format_money, longdate, number
from billing.documents.invoices import headings, seller_small
from billing.documents.layout import Document, Pair, Row, Section
from billing.documents.words import party_lines, seats_words, span_words, tier_words
from billing.models import Seller
from billing.selectors.sheets import Party, seller_party

_DAY = datetime(2026, 1, 1, 12, tzinfo=UTC)


def sample_invoice(seller: Seller, *, language: str) -> Document:
    """Return a made-up open invoice of `seller`, to be paid by transfer."""
    with translation.override(language):
        period = span_words(_DAY, _DAY + timedelta(days=31))
        buyer = Party(_("Your customer"), "Main Street 1", "", "12345", "Anytown", "", "")
        pairs = (
            Pair(_("Account holder"), seller.name),
            Pair(_("Bank"), seller.bank_name),
            Pair("IBAN", seller.iban),
            Pair("BIC", seller.bic),
        )
        due = longdate(_DAY + timedelta(days=30))
        # 10 x 45.00 + 2 x 39.00 = 528.00
        return Document(
            language=language,
            title=_("Invoice"),
            number="SAMPLE-0001",
            dated=_DAY,
            filename="sample-invoice",
            headings=headings(),
            seller=party_lines(seller_party(seller)),
            seller_small=seller_small(seller),
            buyer=party_lines(buyer),
            facts=(
                Pair(_("Issued"), longdate(_DAY)),
                Pair(_("Due"), due),
                Pair(_("Service period"), period),
            ),
            headline=Pair(_("To pay by %(day)s") % {"day": due}, format_money(52800, "EUR")),
            rows=(
                Row(tier_words(1, 10), period, number(10), _eur(4500), _eur(45000)),
                Row(tier_words(11, 12), period, number(2), _eur(3900), _eur(7800)),
            ),
            totals=(
                Pair(seats_words(12), _eur(52800)),
                Pair(_("Total"), _eur(52800), strong=True),
            ),
            sections=(Section(_("How to pay"), (), tuple(p for p in pairs if p.value)),)
            if seller.iban
            else (),
            footer=seller.footer,
        )


def _eur(minor: int) -> str:
    return format_money(minor, "EUR")
