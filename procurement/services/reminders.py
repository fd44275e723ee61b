"""Mails the day to start by to those who buy: 14 days ahead and on the day, once each.

A plan that gets another day to start by is reminded of that one anew.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Organization, User
from accounts.services.history import SYSTEM, record
from accounts.templatetags.headroom import longdate, number
from accounts.tenancy import organization_context
from procurement.domain.planning import REMIND_DAYS_AHEAD, PlanState, Reminder, reminder_due
from procurement.models import PlannedExpansion, PlanReminder
from procurement.selectors.calendar import today_of

_BUYERS = ("owner", "admin", "billing")
# Wider than any zone is from UTC, and than a reminder that was missed is worth.
_MARGIN = timedelta(days=9)


def remind_plans(*, now: datetime) -> int:
    """Send every reminder that is due by the organization's day; return how many plans."""
    today = now.date()
    due = (
        PlannedExpansion.objects.using("pipeline")
        .filter(
            state=PlanState.PLANNED,
            start_by_on__gte=today - _MARGIN,
            start_by_on__lte=today + timedelta(days=REMIND_DAYS_AHEAD) + _MARGIN,
        )
        .values_list("organization_id", "pk")
    )
    return sum(remind_plan(organization_id=one, plan_id=plan, now=now) for one, plan in due)


def remind_plan(*, organization_id: int, plan_id: UUID, now: datetime) -> bool:
    """Send the reminder that a plan is due for, unless it was sent; tell whether it was sent."""
    with organization_context(organization_id):
        plan = (
            PlannedExpansion.objects.select_for_update(of=("self",))
            .select_related("organization")
            .filter(pk=plan_id, state=PlanState.PLANNED)
            .first()
        )
        if plan is None:
            return False
        step = reminder_due(plan.start_by_on, today_of(plan.organization, now))
        if step is None:
            return False
        try:
            with transaction.atomic():
                PlanReminder.objects.create(
                    organization_id=organization_id,
                    plan=plan,
                    step=step.value,
                    start_by_on=plan.start_by_on,
                    sent_at=now,
                )
        except IntegrityError:
            return False
        readers = _buyers(plan.organization)
        for reader in readers:
            _message(plan, step, reader).send()
        record(
            actor=SYSTEM,
            verb="planned_expansion_reminded",
            subject=plan,
            organization_id=organization_id,
            now=now,
            changes={"start_by_on": str(plan.start_by_on)},
        )
        return True


def _buyers(organization: Organization) -> list[User]:
    members = Membership.objects.filter(
        organization=organization,
        state=Membership.State.ACTIVE,
        user__is_active=True,
        role__in=_BUYERS,
    ).select_related("user")
    return [member.user for member in members if member.user]


def _message(plan: PlannedExpansion, step: Reminder, reader: User) -> EmailMultiAlternatives:
    organization = plan.organization
    with translation.override(reader.language or organization.language):
        facts = {
            "seats": ngettext("%(n)s seat", "%(n)s seats", plan.seats) % {"n": number(plan.seats)},
            "wanted": longdate(plan.wanted_on),
            "start": longdate(plan.start_by_on),
            "reason": plan.reason,
            "organization": organization.name,
        }
        if step is Reminder.AHEAD:
            subject = _("Start by %(start)s: %(seats)s for %(organization)s") % facts
            intro = (
                _("So that %(seats)s are there by %(wanted)s, ask for them by %(start)s.") % facts
            )
        else:
            subject = _("Time to start: %(seats)s for %(organization)s") % facts
            intro = (
                _("So that %(seats)s are there by %(wanted)s, the purchase has to begin now.")
                % facts
            )
        context = {
            "subject": subject,
            "heading": subject,
            "preheader": intro,
            "greeting": _("Hello %(name)s,") % {"name": reader.get_short_name()}
            if reader.get_short_name()
            else _("Hello,"),
            "intro": intro,
            "lines": [
                _("Planned for: %(reason)s") % facts,
                _("The day follows from your lead time, budget windows and freezes."),
            ],
            "action_label": _("Open the plan"),
            "action_url": settings.BASE_URL + reverse("planning", args=[organization.slug]),
            "reason": _("You get this mail because you buy seats for %(organization)s.") % facts,
        }
        message = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string("mail/billing/message.txt", context),
            to=[reader.email],
            headers={
                "Message-ID": f"<plan-{plan.pk}-{step.value}-{plan.start_by_on:%Y%m%d}-{reader.pk}"
                "@headroom.invalid>",
                "Auto-Submitted": "auto-generated",
            },
        )
        message.attach_alternative(
            render_to_string("mail/billing/message.html", context), "text/html"
        )
    return message
