"""The limits that hold for an organization, and sentences about what they stop."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.headroom import format_money, number
from billing.domain import bounds
from billing.domain.bounds import Ask, Breach, Limits, Rule
from billing.models import (
    AmountLimit,
    InvoiceHold,
    OrganizationLimits,
    Purchase,
    PurchaseReview,
    Quote,
    SubscriptionStart,
    VendorLimits,
)
from billing.selectors.four_eyes import waiting_for_second

_LIMITS = ("seats", "factor_percent", "purchase_minor", "day_minor", "renewal_percent")


def vendor_limits(currency: str) -> Limits:
    """Return the limits of those who pay in this currency and have none of their own."""
    stored = VendorLimits.objects.filter(pk=1).first()
    general = (
        bounds.DEFAULT
        if stored is None
        else Limits(
            seats=stored.seats,
            factor_percent=stored.factor_percent,
            renewal_percent=stored.renewal_percent,
        )
    )
    amounts = AmountLimit.objects.filter(pk=currency).first()
    if amounts is None:
        purchase, day = bounds.DEFAULT_AMOUNTS.get(currency, (None, None))
    else:
        purchase, day = amounts.purchase_minor, amounts.day_minor
    return general.with_overrides(Limits(purchase_minor=purchase, day_minor=day))


def own_limits(organization_id: int) -> Limits:
    """Return what differs for one organization; may be read inside its tenancy context."""
    row = OrganizationLimits.objects.filter(organization_id=organization_id).first()
    return Limits() if row is None else Limits(**{name: getattr(row, name) for name in _LIMITS})


def limits_of(organization_id: int, currency: str) -> Limits:
    """Return the limits that hold for one organization, inside its tenancy context."""
    return vendor_limits(currency).with_overrides(own_limits(organization_id))


def limits_context(organization_id: int, currency: str) -> dict[str, Any]:
    """Return what `billing/limits_section.html` shows about one organization."""
    own, general = own_limits(organization_id), vendor_limits(currency)
    return {
        "limits_currency": currency,
        "limits_own": own,
        "limits_general": general,
        "limits": general.with_overrides(own),
    }


def ask_of(quote: Quote, now: datetime) -> Ask:
    """Return what a quote asks for, with what was bought in the hours before."""
    ended = [Purchase.State.FAILED, Purchase.State.EXPIRED]
    bought = (
        Purchase.objects.filter(
            organization_id=quote.organization_id,
            currency=quote.currency,
            created_at__gt=now - bounds.WINDOW,
        )
        .exclude(state__in=ended)
        .aggregate(sum=Sum("total_minor"))["sum"]
    )
    return Ask(
        quantity_from=quote.quantity_from,
        quantity_to=quote.quantity_to,
        total_minor=quote.total_now_minor,
        day_minor=bought or 0,
        currency=quote.currency,
    )


def ask_of_start(*, seats: int, total_minor: int, currency: str) -> Ask:
    """Return what beginning a subscription asks for; `total_minor` is its first full invoice.

    What comes after a trial counts like what is charged at once.
    """
    return Ask(
        quantity_from=0, quantity_to=seats, total_minor=total_minor, day_minor=0, currency=currency
    )


def usable_approval(organization_id: int, ask: Ask, now: datetime) -> PurchaseReview | None:
    """Return an approval that covers a purchase and has led to none that went through."""
    approved = PurchaseReview.objects.filter(
        Q(purchase__isnull=True)
        | Q(purchase__state__in=[Purchase.State.FAILED, Purchase.State.EXPIRED]),
        Q(start__isnull=True)
        | Q(start__state__in=[SubscriptionStart.State.FAILED, SubscriptionStart.State.WITHDRAWN]),
        organization_id=organization_id,
        state=PurchaseReview.State.APPROVED,
        approved_until__gt=now,
    )
    return next((r for r in approved if r.approval and r.approval.covers(ask, now)), None)


def breach_sentence(breach: Breach | Mapping[str, Any]) -> str:
    """Return which limit something is above, for people."""
    if not isinstance(breach, Breach):
        breach = Breach(
            Rule(breach["rule"]), breach["limit"], breach["asked"], breach.get("currency", "")
        )
    match breach.rule:
        case Rule.SEATS:
            return ngettext(
                "%(asked)s seat at once, where up to %(limit)s go through by themselves.",
                "%(asked)s seats at once, where up to %(limit)s go through by themselves.",
                breach.asked,
            ) % {"asked": number(breach.asked), "limit": number(breach.limit)}
        case Rule.FACTOR:
            return _(
                "%(asked)s seats in all, where up to %(limit)s go through from today's number."
            ) % {"asked": number(breach.asked), "limit": number(breach.limit)}
    amounts = {
        "asked": format_money(breach.asked, breach.currency),
        "limit": format_money(breach.limit, breach.currency),
    }
    match breach.rule:
        case Rule.PURCHASE_AMOUNT:
            return _("%(asked)s at once, where up to %(limit)s go through by themselves.") % amounts
        case Rule.DAY_AMOUNT:
            return (
                _("%(asked)s within 24 hours, where up to %(limit)s go through by themselves.")
                % amounts
            )
    return _("The renewal is %(asked)s, where up to %(limit)s was to be expected.") % amounts


def reviews() -> QuerySet[PurchaseReview]:
    """Return the purchases that stopped for a person, those to be decided first."""
    return PurchaseReview.objects.select_related(
        "organization", "quote", "decided_by", "purchase", "start"
    ).order_by("decided_at", "-opened_at")


def open_reviews() -> QuerySet[PurchaseReview]:
    """Return the purchases that wait for a decision, the oldest first."""
    return reviews().filter(state=PurchaseReview.State.OPEN).order_by("opened_at")


def latest_review(organization_id: int, quantity_to: int) -> PurchaseReview | None:
    """Return the latest review of growing to that many seats, inside the tenancy context."""
    return PurchaseReview.objects.filter(
        organization_id=organization_id, quantity_to=quantity_to
    ).first()


def holds() -> QuerySet[InvoiceHold]:
    """Return the renewals that were held back, those to be decided first."""
    return InvoiceHold.objects.select_related("organization", "invoice", "decided_by").order_by(
        "decided_at", "-held_at"
    )


def waiting_count() -> int:
    """Return how many orders, renewals and credits wait for a decision."""
    held = InvoiceHold.objects.filter(state=InvoiceHold.State.HELD)
    return open_reviews().count() + held.count() + waiting_for_second().count()
