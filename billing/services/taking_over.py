"""Takes over what a customer changed on Stripe's own pages about the renewal.

A cancellation there becomes a planned end here, taking it back ends that plan, and a schedule that
was released there undoes what it was for: each with Stripe as its actor and a mail to those who
pay. Without it the next plan that is told would undo what the customer wanted.

A reading must never overrule what we told after it. Two facts hold that: `ends_at_stripe` is empty
while something is being told, and a reading counts only if the versions of the plan were the same
before it began and under the lock after it (`Reading`): whatever is told raises a version first.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Organization
from accounts.services.history import STRIPE
from accounts.templatetags.headroom import longdate
from billing.domain.taking_over import MadeThere, Seen, Told, made_there
from billing.gateways import stripe
from billing.models import Purchase, ScheduledChange, Subscription
from billing.selectors.plans import planned_changes
from billing.services.dunning_mails import readers_of
from billing.services.plans import end_plans, plan_in_ledger, supersede, write_plan

_Kind, _State = ScheduledChange.Kind, ScheduledChange.State


@dataclass(frozen=True, slots=True)
class Reading:
    """What a subscription's row said before Stripe was read; equal again: nothing was told."""

    version: int
    version_at_stripe: int
    ends_at_stripe: bool | None
    lease_until: datetime | None

    @classmethod
    def of(cls, subscription: Subscription) -> "Reading":
        """Return what the row says now."""
        return cls(
            subscription.plan_version,
            subscription.plan_version_at_stripe,
            subscription.ends_at_stripe,
            subscription.plan_lease_until,
        )


def take_over(
    subscription: Subscription,
    state: stripe.SubscriptionState,
    *,
    before: Reading,
    since: datetime,
    is_scheduled: bool,
    now: datetime,
) -> MadeThere | None:
    """Write what was changed at Stripe since we told it; return what that was, or None.

    `before` was read before Stripe was asked; plans for renewals after `since` are meant;
    `is_scheduled` tells whether the plan that Stripe was told has a schedule. Inside a transaction
    that holds the seat pool and the row locked.
    """
    if Reading.of(subscription) != before:
        return None
    nothing_on_its_way = before.version == before.version_at_stripe and not (
        Purchase.objects.unfinished().filter(organization_id=subscription.organization_id).exists()
    )
    made = made_there(
        Told(before.ends_at_stripe, is_scheduled and nothing_on_its_way),
        Seen(state.cancels_at_period_end, bool(state.schedule_id)),
    )
    if made is None:
        return None
    ahead = [change for change in planned_changes(subscription) if change.effective_at > since]
    match made:
        case MadeThere.CANCELED:
            is_new = _end_is_planned(subscription, ahead, state.period.end, now)
        case MadeThere.REACTIVATED:
            is_new = _undo(subscription, [c for c in ahead if c.kind == _Kind.CANCELLATION], now)
        case MadeThere.RELEASED:
            is_new = _undo(subscription, ahead, now)
    Subscription.objects.filter(pk=subscription.pk).update(
        ends_at_stripe=state.cancels_at_period_end, plan_version=F("plan_version") + 1
    )
    subscription.refresh_from_db(fields=["ends_at_stripe", "plan_version", "next_term_seats"])
    if is_new:
        _tell_the_payers(subscription, made, state.period.end)
    return made


def _end_is_planned(
    subscription: Subscription, ahead: list[ScheduledChange], ends_at: datetime, now: datetime
) -> bool:
    """Plan the end; False when it is planned here as well."""
    if any(change.kind == _Kind.CANCELLATION for change in ahead):
        return False
    supersede(ahead, STRIPE, now)
    end = write_plan(
        subscription, _Kind.CANCELLATION, actor=STRIPE, now=now, reason="", effective_at=ends_at
    )
    if any(change.quantity_to is not None for change in ahead):
        plan_in_ledger(subscription, subscription.purchased_seats, end, STRIPE, now)
    return True


def _undo(subscription: Subscription, changes: list[ScheduledChange], now: datetime) -> bool:
    """Take plans back; False when there are none."""
    end_plans(changes=changes, state=_State.UNDONE, actor=STRIPE, now=now)
    for change in changes:
        if change.quantity_to is not None:
            plan_in_ledger(subscription, subscription.purchased_seats, change, STRIPE, now)
            break
    return bool(changes)


def _tell_the_payers(subscription: Subscription, made: MadeThere, ends_at: datetime) -> None:
    organization = Organization.objects.get(pk=subscription.organization_id)
    for reader in readers_of(organization):
        with translation.override(reader.language), timezone.override(reader.time_zone):
            subject, intro = _words(made, ends_at)
            context = {
                "subject": subject,
                "heading": subject,
                "preheader": intro,
                "greeting": _("Hello %(name)s,") % {"name": reader.name}
                if reader.name
                else _("Hello,"),
                "intro": intro,
                "lines": [],
                "closing": _("Nothing has to be done if that is what you want."),
                "action_label": _("See what is planned"),
                "action_url": settings.BASE_URL + reverse("seats", args=[organization.slug]),
                "reason": _(
                    "You get this mail because you look after payments of %(organization)s."
                )
                % {"organization": organization.name},
            }
            message = EmailMultiAlternatives(
                subject=subject,
                body=render_to_string("mail/billing/message.txt", context),
                to=[reader.email],
                headers={"Auto-Submitted": "auto-generated"},
            )
            message.attach_alternative(
                render_to_string("mail/billing/message.html", context), "text/html"
            )
        message.send()


def _words(made: MadeThere, ends_at: datetime) -> tuple[str, str]:
    day = {"day": longdate(ends_at)}
    match made:
        case MadeThere.CANCELED:
            return (
                _("Your subscription ends on %(day)s") % day,
                _(
                    "It was canceled on Stripe's page. Every seat stays until then, and nothing is "
                    "charged after it."
                ),
            )
        case MadeThere.REACTIVATED:
            return (
                _("Your subscription goes on"),
                _(
                    "The cancellation was taken back on Stripe's page. The subscription renews on "
                    "%(day)s."
                )
                % day,
            )
        case MadeThere.RELEASED:
            return (
                _("What was planned for your renewal was taken back"),
                _(
                    "It was taken back at Stripe. The subscription renews on %(day)s with the "
                    "seats and the price of today."
                )
                % day,
            )
