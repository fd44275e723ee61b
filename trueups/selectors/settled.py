"""What became of a signed true-up at Stripe: our lines against Stripe's, and the incident."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.templatetags.headroom import format_money
from billing.models import Incident, InvoiceLine, Settlement
from trueups.models import TrueUp
from trueups.selectors.settlements import settlement_of


@dataclass(frozen=True, slots=True)
class Pair:
    """One thing on both sides, as components/compare.html shows it; amounts in minor units."""

    label: str
    ours_minor: int | None
    theirs_minor: int | None
    currency: str

    @property
    def agrees(self) -> bool:
        return self.ours_minor == self.theirs_minor

    @property
    def ours(self) -> str:
        return self._shown(self.ours_minor)

    @property
    def theirs(self) -> str:
        return self._shown(self.theirs_minor)

    @property
    def difference(self) -> str:
        return self._shown((self.theirs_minor or 0) - (self.ours_minor or 0))

    def _shown(self, minor: int | None) -> str:
        return "–" if minor is None else format_money(minor, self.currency)


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of a settlement: each line, then the tax and the total."""

    settlement: Settlement
    pairs: list[Pair]
    incidents: list[Incident]

    @property
    def differing(self) -> list[Pair]:
        return [pair for pair in self.pairs if not pair.agrees]

    @property
    def equal(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.agrees]


def sides_of(true_up: TrueUp) -> Sides | None:
    """Return both sides of a true-up's settlement, or None before it is reserved."""
    settlement = settlement_of(true_up)
    if settlement is None:
        return None
    incidents = Incident.objects.filter(
        organization_id=true_up.organization_id,
        subject__startswith=str(settlement.pk),
        closed_at__isnull=True,
    ).order_by("-opened_at")
    return Sides(settlement, _pairs(settlement), list(incidents))


def _pairs(settlement: Settlement) -> list[Pair]:
    """Return our lines beside Stripe's of the same words; what has no partner stands alone."""
    currency, invoice = settlement.currency, settlement.invoice
    theirs: list[InvoiceLine] = list(invoice.lines.all()) if invoice else []
    pairs = []
    for line in settlement.lines.all():
        partner = next((each for each in theirs if each.description == line.description), None)
        if partner is not None:
            theirs.remove(partner)
        pairs.append(
            Pair(
                line.description,
                line.amount_minor,
                partner.amount_minor if partner else None,
                currency,
            )
        )
    pairs += [Pair(each.description, None, each.amount_minor, currency) for each in theirs]
    total_tax = invoice.tax_minor if invoice else None
    total = invoice.total_minor if invoice else None
    return [
        *pairs,
        Pair(_("Tax"), settlement.tax_minor, total_tax, currency),
        Pair(_("Total"), settlement.total_minor, total, currency),
    ]
