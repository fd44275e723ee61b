"""Compares our quote with Stripe's preview for the same second, before anything is charged."""

from datetime import datetime
from typing import Any

from accounts.tenancy import organization_context
from billing.domain.quoting import QuoteFigures
from billing.gateways import stripe
from billing.models import BillingAccount, Incident, Purchase
from billing.services.beside import beside_minor
from billing.services.catalog import ensure_price_at_stripe
from billing.services.incidents import open_incident
from billing.services.mirror import refresh_customer


def preview_problem(*, purchase: Purchase, now: datetime) -> str | None:
    """Return why a purchase must not be charged, or None when both sides agree to the cent.

    "balance_changed": the credit balance at Stripe is not the one that was quoted with; our mirror
    is brought up to date. "preview_differs": anything else, and an incident is opened. What brings
    no invoice has nothing to compare.
    """
    subscription, quote = purchase.subscription, purchase.quote
    if not quote.snapshot().has_invoice:
        return None
    with organization_context(purchase.organization_id):
        account = BillingAccount.objects.get(organization_id=purchase.organization_id)
    preview = stripe.preview_increase(
        customer_id=account.stripe_customer_id,
        subscription_id=subscription.stripe_subscription_id,
        item_id=subscription.stripe_item_id,
        quantity=purchase.quantity_to,
        prorated_at=quote.prorated_at,
        currency=quote.currency,
        price_id=ensure_price_at_stripe(purchase.price) if purchase.price else "",
        beside_minor=beside_minor(purchase),
    )
    if purchase.collection == Purchase.Collection.MONTHLY:
        return _monthly_problem(purchase, preview, now)
    ours, theirs = _our_side(quote.snapshot()), _their_side(preview)
    if ours == theirs and preview.amount_due_minor == quote.total_now_minor:
        return None
    if _was_charged_meanwhile(purchase):
        return None
    if ours == theirs and preview.starting_balance_minor != account.credit_balance_minor:
        refresh_customer(organization_id=purchase.organization_id, now=now)
        return "balance_changed"
    open_incident(
        organization_id=purchase.organization_id,
        kind=Incident.Kind.PREVIEW_DIFFERS,
        purchase=purchase,
        ours=ours | {"due_minor": quote.total_now_minor},
        theirs=theirs | {"due_minor": preview.amount_due_minor},
        now=now,
    )
    return "preview_differs"


def _was_charged_meanwhile(purchase: Purchase) -> bool:
    """Whether somebody else goes on with it: Stripe then previews a change that is made already.

    Whoever charges has stored so before asking Stripe, so this is seen by whoever saw the change.
    """
    with organization_context(purchase.organization_id):
        return not Purchase.objects.filter(pk=purchase.pk, state=Purchase.State.RESERVED).exists()


def _monthly_problem(purchase: Purchase, preview: stripe.PreviewState, now: datetime) -> str | None:
    """Compare the lines of this change; the preview also holds what was noted before it."""
    own = [line for line in preview.lines if line.period_start == purchase.quote.prorated_at]
    ours = _our_side(purchase.quote.snapshot())
    theirs = {
        "currency": preview.currency,
        "lines": sorted(line.amount_minor for line in own),
        "discount_minor": sum(line.discount_minor for line in own),
        "tax_minor": sum(line.tax_minor for line in own),
        "total_minor": sum(
            line.amount_minor - line.discount_minor + line.tax_minor for line in own
        ),
    }
    if ours == theirs and ours["total_minor"] == purchase.total_minor:
        return None
    if _was_charged_meanwhile(purchase):
        return None
    open_incident(
        organization_id=purchase.organization_id,
        kind=Incident.Kind.PREVIEW_DIFFERS,
        purchase=purchase,
        ours=ours | {"due_minor": purchase.total_minor},
        theirs=theirs,
        now=now,
    )
    return "preview_differs"


def _our_side(figures: QuoteFigures) -> dict[str, Any]:
    return {
        "currency": figures.currency,
        "lines": sorted(line.amount_minor for line in figures.lines),
        "discount_minor": figures.now.discount_minor,
        "tax_minor": figures.now.tax_minor,
        "total_minor": figures.now.total_minor,
    }


def _their_side(preview: stripe.PreviewState) -> dict[str, Any]:
    return {
        "currency": preview.currency,
        "lines": sorted(line.amount_minor for line in preview.lines),
        "discount_minor": preview.discount_minor,
        "tax_minor": preview.tax_minor,
        "total_minor": preview.total_minor,
    }
