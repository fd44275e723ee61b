"""Asks for, grants, denies and ends support inside an organization (`accounts.models.support`)."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.domain.roles import Permission, StaffScope
from accounts.errors import DomainError
from accounts.models import Membership, Organization, SupportAccess, User
from accounts.services.history import SYSTEM, Actor, record
from accounts.tenancy import organization_context, staff_context, user_context

MOST_MINUTES: Final = 60
_State = SupportAccess.State


class AskedAlready(DomainError):
    """The organization has not answered the last question yet."""

    code: ClassVar[str] = "asked_already"
    field: ClassVar[str] = "reason"


class AnsweredAlready(DomainError):
    """Somebody answered, or it has ended."""

    code: ClassVar[str] = "answered_already"


def ask_support(
    *, organization_id: int, staff: User, reason: str, minutes: int, now: datetime
) -> SupportAccess:
    """Ask the organization's admins for access and tell them by mail. Raises AskedAlready.

    The caller has checked that the organization is the person's to look after.
    """
    with organization_context(organization_id, user_id=staff.pk):
        try:
            with transaction.atomic():
                asked = SupportAccess.objects.create(
                    organization_id=organization_id,
                    staff=staff,
                    staff_label=str(staff)[:200],
                    reason=" ".join(reason.split()),
                    minutes=minutes,
                    asked_at=now,
                )
        except IntegrityError as error:
            raise AskedAlready(
                _("You have asked already. The admins of the organization decide.")
            ) from error
        changes = {"note": asked.reason, "minutes": minutes}
        _record(asked, "support_asked", Actor.of(staff), now, changes)
        _tell_admins(asked)
        return asked


def answer_support(
    *,
    organization_id: int,
    access_id: int,
    by: Membership,
    grants: bool,
    may_change: bool,
    actor: Actor,
    now: datetime,
) -> SupportAccess:
    """Grant or deny what was asked; granted, it runs from now. Raises AnsweredAlready."""
    with organization_context(organization_id, user_id=actor.user_id):
        access = SupportAccess.objects.select_for_update().get(pk=access_id)
        if access.state != _State.ASKED:
            raise AnsweredAlready(_("Somebody has answered already."))
        access.decided_at, access.consented_by = now, by
        access.state = _State.GRANTED if grants else _State.DENIED
        if grants:
            access.may_change = may_change
            access.ends_at = now + timedelta(minutes=access.minutes)
        access.save()
        verb = "support_granted" if grants else "support_denied"
        changes = {"minutes": access.minutes, "may_change": may_change} if grants else {}
        _record(access, verb, actor, now, changes)
        return access


def end_support(*, organization_id: int, access_id: int, actor: Actor, now: datetime) -> None:
    """End what was granted before its time, or take a question back. Raises AnsweredAlready."""
    with organization_context(organization_id, user_id=actor.user_id):
        access = SupportAccess.objects.select_for_update().get(pk=access_id)
        if access.state != _State.ASKED and not access.is_live(now):
            raise AnsweredAlready(_("This access has ended already."))
        access.state = _State.ENDED
        access.save(update_fields=["state"])
        _record(access, "support_ended", actor, now, {})


def end_overdue_support(*, now: datetime) -> int:
    """Write down that granted support has ended with its time; return how often.

    It opened nothing since: `live_support` looks at the time itself.
    """
    with staff_context(user_id=0, scope=StaffScope.ALL):
        overdue = list(
            SupportAccess.objects.filter(state=_State.GRANTED, ends_at__lte=now).values_list(
                "organization_id", "pk"
            )
        )
    ended = 0
    for organization_id, pk in overdue:
        with organization_context(organization_id):
            access = SupportAccess.objects.select_for_update().get(pk=pk)
            if access.state == _State.GRANTED:
                access.state = _State.ENDED
                access.save(update_fields=["state"])
                _record(access, "support_expired", SYSTEM, now, {})
                ended += 1
    return ended


def live_support(*, user: User, slug: str, now: datetime) -> SupportAccess | None:
    """Return what somebody of the vendor was granted at an organization and still runs."""
    with user_context(user.pk):
        return (
            SupportAccess.objects.filter(
                staff=user, state=_State.GRANTED, ends_at__gt=now, organization__slug=slug
            )
            .select_related("organization")
            .first()
        )


def _tell_admins(asked: SupportAccess) -> None:
    organization = Organization.objects.get(pk=asked.organization_id)
    members = Membership.objects.filter(
        state=Membership.State.ACTIVE, user__is_active=True, reach__isnull=True
    ).select_related("user", "custom_role")
    where = reverse("settings_vendor_access", args=[organization.slug])
    with translation.override(organization.language):
        context = {
            "organization": organization,
            "asked": asked,
            "url": settings.BASE_URL + where,
        }
        subject = _("%(name)s asks for access to help %(organization)s") % {
            "name": " ".join(asked.staff_label.split()),
            "organization": " ".join(organization.name.split()),
        }
        for member in members:
            if not member.may(Permission.SETTINGS_MANAGE) or member.user is None:
                continue
            message = EmailMultiAlternatives(
                subject=subject,
                body=render_to_string("mail/accounts/support_asked.txt", context),
                to=[member.user.email],
            )
            html = render_to_string("mail/accounts/support_asked.html", context)
            message.attach_alternative(html, "text/html")
            message.send()


def _record(
    access: SupportAccess, verb: str, actor: Actor, now: datetime, changes: dict[str, Any]
) -> None:
    record(
        actor=actor,
        verb=verb,
        subject=access,
        organization_id=access.organization_id,
        now=now,
        changes=changes,
    )
