"""Mails about seats: whom they go to, and one form for all of them.

A mail joins the queue when the transaction commits, so what is rolled back mails nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.domain.roles import OrganizationRole, Permission, may
from accounts.models import Membership, Organization


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is told, in which language and time zone."""

    email: str
    name: str
    language: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Words:
    """A mail in words; `path` is where its one action leads, both empty where there is none."""

    subject: str
    intro: str
    action: str
    path: str
    reason: str
    lines: list[str] = field(default_factory=list)


def reader_of(member: Membership, organization: Organization) -> Reader | None:
    """Return how a person is told, or None for somebody without an address."""
    user = member.user
    if user is None:
        if not member.email:
            return None
        return Reader(member.email, member.name, organization.language, organization.time_zone)
    if not user.is_active:
        return None
    return Reader(
        user.email,
        user.get_short_name(),
        user.language or organization.language,
        user.time_zone or organization.time_zone,
    )


def readers_who_may(organization: Organization, permission: Permission) -> list[Reader]:
    """Return everybody of an organization whose role includes a permission, each address once.

    Who reaches some departments only is told nothing that may concern the others.
    """
    roles = [role.value for role in OrganizationRole if may(role, permission)]
    members = Membership.objects.filter(
        Q(role__in=roles, custom_role=None) | Q(custom_role__permissions__contains=[permission]),
        organization=organization,
        state=Membership.State.ACTIVE,
        user__isnull=False,
        reach__isnull=True,
    ).select_related("user")
    readers = (reader_of(member, organization) for member in members)
    return list({reader.email: reader for reader in readers if reader}.values())


def send(readers: Iterable[Reader], *, key: str, words: Callable[[], Words]) -> None:
    """Queue a mail to each reader, in their words; `key` names the occasion in the Message-ID."""
    for reader in readers:
        with translation.override(reader.language), timezone.override(ZoneInfo(reader.time_zone)):
            _message(reader, key, words()).send()


def _message(reader: Reader, key: str, words: Words) -> EmailMultiAlternatives:
    greeting = _("Hello %(name)s,") % {"name": reader.name} if reader.name else _("Hello,")
    # A header is one line, whatever somebody is called.
    subject = " ".join(words.subject.split())
    context = {
        "subject": subject,
        "heading": subject,
        "preheader": words.intro,
        "greeting": greeting,
        "intro": words.intro,
        "lines": words.lines,
        "action_label": words.action,
        "action_url": settings.BASE_URL + words.path if words.path else "",
        "reason": words.reason,
    }
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string("mail/seats/message.txt", context),
        to=[reader.email],
        headers={
            "Message-ID": f"<{key}-{reader.email.replace('@', '.at.')}@headroom.invalid>",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(render_to_string("mail/seats/message.html", context), "text/html")
    return message
