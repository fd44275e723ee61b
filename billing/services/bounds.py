"""Stops purchases that are out of pattern before any charge, until a person lets them pass."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.domain.roles import StaffScope
from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import Actor, record
from accounts.templatetags.headroom import format_money
from accounts.tenancy import organization_context, staff_context
from billing.domain import bounds
from billing.domain.bounds import Breach
from billing.models import (
    AmountLimit,
    OrganizationLimits,
    PurchaseReview,
    Quote,
    VendorLimits,
)
from billing.selectors.bounds import ask_of, breach_sentence, limits_of, usable_approval

# Long enough for a buyer to come back to it after a weekend.
APPROVED_FOR = timedelta(days=7)


class PurchaseNeedsReview(DomainError):
    """The purchase is above a safety limit and waits for a person. Nothing was charged.

    Once it is approved the same purchase goes through with a new quote.
    """

    code: ClassVar[str] = "purchase_needs_review"

    def __init__(self, review: PurchaseReview, reasons: list[str]) -> None:
        super().__init__(
            _(
                "This order is larger than what goes through by itself, so a person at our side "
                "looks at it first. Nothing was charged. You get a mail with the answer."
            ),
            review=review.pk,
            reasons=reasons,
        )
        self.review = review
        self.reasons = reasons


class ReviewNoteMissing(DomainError):
    """A refusal is explained to the buyer."""

    code: ClassVar[str] = "review_note_missing"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "note"


def breaches_of(quote: Quote, now: datetime) -> tuple[tuple[Breach, ...], PurchaseReview | None]:
    """Return the limits that a purchase of a quote breaks, and the approval that covers it.

    Runs inside the organization's tenancy context, under the lock of its seat pool, so that two
    purchases at once count each other.
    """
    ask = ask_of(quote, now)
    found = bounds.breaches(ask, limits_of(quote.organization_id, quote.currency))
    return found, usable_approval(quote.organization_id, ask, now) if found else None


def breaches_of_start(
    organization_id: int, ask: bounds.Ask, now: datetime
) -> tuple[tuple[Breach, ...], PurchaseReview | None]:
    """Return the limits that a beginning breaks, and the approval that covers it.

    Runs inside the organization's tenancy context, under the lock of its seat pool.
    """
    found = bounds.breaches(ask, limits_of(organization_id, ask.currency))
    return found, usable_approval(organization_id, ask, now) if found else None


def open_review(
    *, quote: Quote, breaches: tuple[Breach, ...], actor: Actor, now: datetime
) -> PurchaseNeedsReview:
    """Write that a purchase waits for a person; return the refusal to raise.

    Asking again for as many seats is the same review, with the figures of the latest quote.
    """
    with organization_context(quote.organization_id, user_id=actor.user_id):
        return _open(quote.organization_id, ask_of(quote, now), quote, breaches, actor, now)


def open_start_review(
    *,
    organization_id: int,
    ask: bounds.Ask,
    breaches: tuple[Breach, ...],
    actor: Actor,
    now: datetime,
) -> PurchaseNeedsReview:
    """Write that a beginning waits for a person; return the refusal to raise."""
    with organization_context(organization_id, user_id=actor.user_id):
        return _open(organization_id, ask, None, breaches, actor, now)


def _open(
    organization_id: int,
    ask: bounds.Ask,
    quote: Quote | None,
    breaches: tuple[Breach, ...],
    actor: Actor,
    now: datetime,
) -> PurchaseNeedsReview:
    figures = {
        "quote": quote,
        "quantity_from": ask.quantity_from,
        "total_minor": ask.total_minor,
        "day_minor": ask.day_minor,
        "currency": ask.currency,
        "breaches": [asdict(breach) for breach in breaches],
        "requested_by_id": actor.user_id,
        "actor_label": actor.label[:200],
    }
    review, is_new = PurchaseReview.objects.update_or_create(
        organization_id=organization_id,
        quantity_to=ask.quantity_to,
        state=PurchaseReview.State.OPEN,
        defaults=figures,
        create_defaults=figures | {"opened_at": now},
    )
    if is_new:
        record(
            actor=actor,
            verb="review_opened",
            subject=review,
            organization_id=organization_id,
            now=now,
            changes={"total_minor": review.total_minor, "currency": review.currency},
        )
    return PurchaseNeedsReview(review, [breach_sentence(breach) for breach in breaches])


def decide_review(
    *,
    organization_id: int,
    review_id: int,
    is_approved: bool,
    note: str,
    actor: Actor,
    now: datetime,
) -> PurchaseReview:
    """Approve a purchase for a week or refuse it, and tell the buyer; a decided one stays so.

    Raises ReviewNoteMissing for a refusal without a reason.
    """
    if not is_approved and not note.strip():
        raise ReviewNoteMissing(_("Say why; the buyer reads it."))
    with organization_context(organization_id, user_id=actor.user_id):
        review = (
            PurchaseReview.objects.select_for_update(of=("self",))
            .select_related("organization", "requested_by")
            .get(pk=review_id)
        )
        if review.state != PurchaseReview.State.OPEN:
            return review
        state = PurchaseReview.State
        review.state = state.APPROVED if is_approved else state.REFUSED
        review.decided_at, review.decided_by_id = now, actor.user_id
        review.note = note.strip()[:500]
        review.approved_until = now + APPROVED_FOR if is_approved else None
        review.save()
        record(
            actor=actor,
            verb=f"review_{review.state}",
            subject=review,
            organization_id=organization_id,
            now=now,
            changes={"note": review.note} if review.note else {},
        )
        _tell_the_buyer(review)
        return review


def _tell_the_buyer(review: PurchaseReview) -> None:
    buyer = review.requested_by
    if buyer is None or not buyer.email:
        # A program asked: it sees the answer when it asks again.
        return
    organization = review.organization
    is_approved = review.state == PurchaseReview.State.APPROVED
    with translation.override(buyer.language or organization.language):
        context = {
            "subject": _("Your order of %(seats)s seats is approved") % {"seats": review.seats}
            if is_approved
            else _("Your order of %(seats)s seats was not approved") % {"seats": review.seats},
            "review": review,
            "is_approved": is_approved,
            "amount": format_money(review.total_minor, review.currency),
            "greeting": _("Hello %(name)s,") % {"name": buyer.get_short_name()},
            "action_label": _("Buy the seats") if is_approved else _("See seats and prices"),
            "action_url": settings.BASE_URL
            + reverse("start" if review.is_of_start else "add_seats", args=[organization.slug])
            + f"?seats={review.seats}",
            "reason": _("You get this mail because you ordered seats for %(organization)s.")
            % {"organization": organization.name},
        }
        context["heading"] = context["preheader"] = context["subject"]
        message = EmailMultiAlternatives(
            subject=str(context["subject"]),
            body=render_to_string("mail/billing/review.txt", context),
            to=[buyer.email],
            headers={"Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(
            render_to_string("mail/billing/review.html", context), "text/html"
        )
    message.send()


def set_vendor_limits(
    *,
    seats: int | None,
    factor_percent: int | None,
    renewal_percent: int | None,
    repairs_need_two: bool,
    amounts: Mapping[str, tuple[int | None, int | None]],
    actor: Actor,
    now: datetime,
) -> VendorLimits:
    """Set the limits of all organizations; `amounts` are (purchase, day) by currency."""
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        limits, _created = VendorLimits.objects.update_or_create(
            pk=1,
            defaults={
                "seats": seats,
                "factor_percent": factor_percent,
                "renewal_percent": renewal_percent,
                "repairs_need_two": repairs_need_two,
            },
        )
        for currency, (purchase_minor, day_minor) in amounts.items():
            AmountLimit.objects.update_or_create(
                currency=currency,
                defaults={"purchase_minor": purchase_minor, "day_minor": day_minor},
            )
        record(actor=actor, verb="limits_changed", subject=limits, organization_id=None, now=now)
        return limits


def set_organization_limits(
    *, organization: Organization, limits: bounds.Limits, actor: Actor, now: datetime
) -> OrganizationLimits:
    """Set what differs for one organization; None is the vendor's own limit."""
    with organization_context(organization.pk, user_id=actor.user_id):
        row, _created = OrganizationLimits.objects.update_or_create(
            organization_id=organization.pk, defaults=asdict(limits)
        )
        record(
            actor=actor,
            verb="limits_changed",
            subject=row,
            organization_id=organization.pk,
            now=now,
        )
        return row
