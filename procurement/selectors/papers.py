"""Whether an order form or an amendment may be issued from a quote, and under which numbers."""

from dataclasses import dataclass
from datetime import datetime

from billing.models import Purchase, Quote
from billing.selectors.quotes import QuoteState, quote_standing
from procurement.models import PurchaseRequest

_UNDER_WAY = (
    PurchaseRequest.State.WAITING,
    PurchaseRequest.State.APPROVED,
    PurchaseRequest.State.BUYING,
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a paper stands on: a price that holds, a purchase, or a request under way."""

    is_possible: bool
    purchase: Purchase | None
    request: PurchaseRequest | None

    @property
    def po_number(self) -> str:
        """The order number that is known already."""
        if self.purchase is not None and self.purchase.po_number:
            return self.purchase.po_number
        return self.request.po_number if self.request else ""

    @property
    def cost_centre(self) -> str:
        """The cost centre that is known already."""
        return self.request.cost_centre if self.request else ""


def ground_of(quote: Quote, now: datetime) -> Ground:
    """Return what a paper of `quote` would stand on at `now`.

    A request waits longer than a price holds; its quote is what is decided about all the same.
    """
    standing = quote_standing(quote, now)
    requests = PurchaseRequest.objects.filter(
        organization_id=quote.organization_id, quote=quote
    ).order_by("-created_at")
    request = requests.filter(state__in=_UNDER_WAY).first()
    is_bought = standing.state is QuoteState.BOUGHT
    if request is None and is_bought:
        request = requests.first()
    return Ground(
        is_possible=is_bought or standing.state is QuoteState.OPEN or request is not None,
        purchase=standing.purchase if is_bought else None,
        request=request,
    )
