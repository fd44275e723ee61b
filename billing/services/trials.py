"""Trials: ended early by the admin, announced before they end. `periods` writes what follows."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import HistoryEntry, Membership, Organization
from accounts.services.history import STRIPE, Actor, record
from accounts.tenancy import organization_context
from billing.gateways import stripe
from billing.models import BillingAccount, Subscription
from billing.selectors.overview import BillingOverview, billing_overview
from billing.selectors.starting import TRIAL_END_REFUSED, days_to_pay, refused_trial_ends
from billing.services.periods import sync_subscription
from seats.services.seats import lock_seat_pool

_TOLD = "trial_ends_soon"


class NotInTrial(DomainError):
    """The subscription is not in a trial; it is paid already, or has ended."""

    code: ClassVar[str] = "not_in_trial"


class TrialNeedsCard(DomainError):
    """Paying begins with a card on file, or on terms."""

    code: ClassVar[str] = "card_missing"


class TrialCardRefused(DomainError):
    """The bank refused the card; the trial goes on as before and nothing was charged."""

    code: ClassVar[str] = "card_refused"


def end_trial_now(*, organization_id: int, attempt: int, actor: Actor, now: datetime) -> None:
    """Start to pay now: the first paid period begins and its invoice is paid, or nothing changes.

    `attempt` is the number of refusals before (`refused_trial_ends`) that the page was shown with:
    the same page sent twice is one attempt, another try after a refusal is a new one. A trial that
    has ended meanwhile is only read again. Must not run inside a transaction. Raises NotInTrial,
    TrialNeedsCard, TrialCardRefused, and `stripe.GatewayError`.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        subscription = (
            Subscription.objects.current()
            .filter(organization_id=organization_id, status=Subscription.Status.TRIALING)
            .first()
        )
        account = BillingAccount.objects.filter(organization_id=organization_id).first()
        on_terms = days_to_pay(organization_id) is not None
        attempt = min(max(attempt, 0), refused_trial_ends(organization_id))
    if subscription is None or account is None:
        raise NotInTrial(_("There is no trial to end."))
    if not (account.has_card or on_terms):
        raise TrialNeedsCard(_("There is no card to charge. Add one first."))
    state = stripe.retrieve_subscription(subscription.stripe_subscription_id)
    if state.status == "trialing":
        try:
            stripe.end_trial(
                subscription_id=state.id,
                # Stripe repeats a refusal under the same key for a day; the bank may agree sooner.
                idempotency_key=(
                    f"trial-{subscription.stripe_key}-{account.payment_method_id}-{attempt}"
                ),
            )
        except stripe.CardDeclined as declined:
            _note_refusal(subscription, attempt, actor, now)
            raise TrialCardRefused(
                _("Your bank declined the card. The trial goes on; try another card.")
            ) from declined
        with organization_context(organization_id, user_id=actor.user_id):
            record(
                actor=actor,
                verb="trial_ended_early",
                subject=subscription,
                organization_id=organization_id,
                now=now,
            )
    sync_subscription(organization_id=organization_id, stripe_subscription_id=state.id, now=now)


def _note_refusal(subscription: Subscription, attempt: int, actor: Actor, now: datetime) -> None:
    """Write a refusal once: what repeats it is not another one."""
    organization_id = subscription.organization_id
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        if refused_trial_ends(organization_id) == attempt:
            record(
                actor=actor,
                verb=TRIAL_END_REFUSED,
                subject=subscription,
                organization_id=organization_id,
                now=now,
            )


def tell_of_trial_end(*, organization_id: int, stripe_subscription_id: str, now: datetime) -> bool:
    """Write to those who may pay that a trial ends soon, once; return whether it was written."""
    with organization_context(organization_id):
        lock_seat_pool(organization_id=organization_id)
        subscription = Subscription.objects.filter(
            stripe_subscription_id=stripe_subscription_id, status=Subscription.Status.TRIALING
        ).first()
        overview = billing_overview(organization_id, now) if subscription else None
        if subscription is None or overview is None or overview.period is None:
            return False
        told = HistoryEntry.objects.filter(
            organization_id=organization_id, verb=_TOLD, object_id=str(subscription.pk)
        )
        if told.exists():
            return False
        record(
            actor=STRIPE,
            verb=_TOLD,
            subject=subscription,
            organization_id=organization_id,
            now=now,
            changes={"seats": subscription.purchased_seats},
        )
        _write(Organization.objects.get(pk=organization_id), overview)
        return True


def _write(organization: Organization, overview: BillingOverview) -> None:
    payers = Membership.objects.filter(
        organization=organization,
        state=Membership.State.ACTIVE,
        role__in=[Membership.Role.OWNER, Membership.Role.ADMIN, Membership.Role.BILLING],
        user__isnull=False,
    ).select_related("user")
    for payer in payers:
        if payer.user is None:
            continue
        with translation.override(payer.user.language or organization.language):
            context = {
                "greeting": _("Hello %(name)s,") % {"name": payer.display_name},
                "organization": organization,
                "overview": overview,
                "ends_at": overview.period.end if overview.period else None,
                "has_card": overview.account.has_card,
                "action_url": settings.BASE_URL + reverse("seats", args=[organization.slug]),
                "action_label": _("See seats and billing"),
                "reason": _("You get this mail because you may buy seats."),
            }
            message = EmailMultiAlternatives(
                subject=" ".join(
                    (_("The trial of %(name)s ends soon") % {"name": organization.name}).split()
                ),
                body=render_to_string("mail/billing/trial_ends.txt", context),
                to=[payer.user.email],
            )
            message.attach_alternative(
                render_to_string("mail/billing/trial_ends.html", context), "text/html"
            )
        message.send()
