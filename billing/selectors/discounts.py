"""What reduces an organization's invoices, and what moved its credit balance."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final

from django.db.models import F, Q

from billing.domain.discount import Discount, basis_points_at, paid_share
from billing.models import CreditGrant, Invoice, InvoiceLine, Subscription, SubscriptionDiscount

# A change that nobody paid for was never debited.
_NOT_DEBITED = Q(status=Invoice.Status.VOID) | Q(
    status=Invoice.Status.OPEN, billing_reason="subscription_update", due_at__isnull=True
)


@dataclass(frozen=True, slots=True)
class Reductions:
    """What is taken off now and at the renewal, and what a discount left of the last charge."""

    basis_points: int
    next_basis_points: int
    paid_share: Fraction


NO_REDUCTIONS: Final = Reductions(0, 0, Fraction(1))


def discounts_of(subscription: Subscription) -> tuple[Discount, ...]:
    """Return every discount that the subscription has or had."""
    rows = SubscriptionDiscount.objects.filter(
        organization_id=subscription.organization_id, subscription=subscription
    )
    return tuple(row.discount for row in rows if row.discount is not None)


def reductions(subscription: Subscription, now: datetime, renews_at: datetime) -> Reductions:
    """Return what reduces the invoices of a subscription, within its tenancy context."""
    discounts = discounts_of(subscription)
    if not discounts:
        return NO_REDUCTIONS
    return Reductions(
        basis_points_at(discounts, now),
        basis_points_at(discounts, renews_at),
        _share_of_last_debit(subscription),
    )


def _share_of_last_debit(subscription: Subscription) -> Fraction:
    """What discounts left of the latest charge for seats, from the mirror of its invoice."""
    latest = (
        Invoice.objects.filter(
            organization_id=subscription.organization_id,
            subscription=subscription,
            lines__amount_minor__gt=0,
            # Only what names the item was charged for seats by Stripe itself.
            lines__stripe_item_id__gt="",
        )
        .exclude(_NOT_DEBITED)
        .order_by("-issued_at", "-pk")
        .values_list("pk", flat=True)
        .first()
    )
    if latest is None:
        return Fraction(1)
    lines = InvoiceLine.objects.filter(
        organization_id=subscription.organization_id,
        invoice_id=latest,
        amount_minor__gt=0,
        stripe_item_id__gt="",
    ).values_list("amount_minor", "discount_minor")
    return paid_share(sum(amount for amount, _off in lines), sum(off for _amount, off in lines))


@dataclass(frozen=True, slots=True)
class BalanceMovement:
    """One change of the credit balance: positive when it grew."""

    at: datetime
    amount_minor: int
    currency: str
    grant: CreditGrant | None = None
    invoice: Invoice | None = None


def balance_movements(organization_id: int) -> list[BalanceMovement]:
    """Return what the credit balance was given and what it paid, newest first."""
    grants = CreditGrant.objects.filter(organization_id=organization_id, done_at__isnull=False)
    invoices = (
        Invoice.objects.filter(organization_id=organization_id, finalized_at__isnull=False)
        .exclude(starting_balance_minor=F("ending_balance_minor"))
        .exclude(status=Invoice.Status.VOID)
    )
    movements = [
        BalanceMovement(
            grant.done_at or grant.created_at, grant.amount_minor, grant.currency, grant
        )
        for grant in grants
    ] + [
        BalanceMovement(
            invoice.finalized_at or invoice.issued_at,
            invoice.ending_balance_minor - invoice.starting_balance_minor,
            invoice.currency,
            invoice=invoice,
        )
        for invoice in invoices
    ]
    return sorted(movements, key=lambda movement: movement.at, reverse=True)


def live_discount(subscription: Subscription, now: datetime) -> SubscriptionDiscount | None:
    """Return the discount that is asked for or in force, if there is one."""
    row = SubscriptionDiscount.objects.filter(
        organization_id=subscription.organization_id,
        subscription=subscription,
        ended_at__isnull=True,
    ).first()
    return None if row is None or row.is_over(now) else row


def waiting_credits(organization_id: int) -> list[CreditGrant]:
    """Return credits that Stripe has not booked yet, or that wait for a second person."""
    return list(
        CreditGrant.objects.filter(organization_id=organization_id, done_at__isnull=True).exclude(
            approval=CreditGrant.Approval.REFUSED
        )
    )
