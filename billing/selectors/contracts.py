"""The contracts of all organizations that have a subscription, for the vendor's staff."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from billing.models import Contract, Invoice, Subscription, SubscriptionDiscount

BY_CARD, BY_INVOICE, MONTHLY = "card", "invoice", "monthly"


@dataclass(frozen=True, slots=True)
class ContractRow:
    """One organization: what it has and how it pays. Amounts are minor units of its currency."""

    subscription: Subscription
    contract: Contract | None
    discount_basis_points: int
    open_minor: int


def contracts(*, collection: str = "", search: str = "") -> QuerySet[Subscription]:
    """Return the live subscriptions of the filter, by the organization's name."""
    return (
        _searched(search)
        .filter(_FILTERS.get(collection, Q()))
        .select_related("organization__contract", "price__plan")
        .annotate(
            discount_basis_points=Subquery(
                SubscriptionDiscount.objects.filter(
                    subscription=OuterRef("pk"), starts_at__isnull=False, ended_at__isnull=True
                ).values("basis_points")[:1]
            ),
            open_minor=Subquery(
                Invoice.objects.filter(
                    organization_id=OuterRef("organization_id"), status=Invoice.Status.OPEN
                )
                .values("organization_id")
                .annotate(total=Sum("amount_remaining_minor"))
                .values("total")
            ),
        )
        .order_by("organization__name")
    )


def contract_counts(*, search: str = "") -> dict[str, int]:
    """Return how many organizations pay in each way."""
    return _searched(search).aggregate(
        **{name: Count("pk", filter=chosen) for name, chosen in _FILTERS.items()}
    )


def contract_row(subscription: Subscription) -> ContractRow:
    """Return a subscription of `contracts` as the list shows it."""
    return ContractRow(
        subscription=subscription,
        contract=getattr(subscription.organization, "contract", None),
        discount_basis_points=subscription.discount_basis_points or 0,  # type: ignore[attr-defined]
        open_minor=subscription.open_minor or 0,  # type: ignore[attr-defined]
    )


_IS_INVOICED = Q(organization__contract__collection=Contract.Collection.INVOICE)
_IS_MONTHLY = Q(organization__contract__cadence=Contract.Cadence.MONTHLY)
_FILTERS = {
    BY_CARD: ~_IS_INVOICED & ~_IS_MONTHLY,
    BY_INVOICE: _IS_INVOICED,
    MONTHLY: _IS_MONTHLY,
}


def _searched(search: str) -> QuerySet[Subscription]:
    live = Subscription.objects.current().exclude(status=Subscription.Status.RESERVED)
    if not search:
        return live
    return live.filter(
        Q(organization__name__icontains=search) | Q(price__plan__name__icontains=search)
    )
