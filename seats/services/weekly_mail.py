"""The weekly mail: who wants it, and sending it once to each person and week.

A mail server cannot take part in our transaction. As with notifications we choose never to send
twice: the row of a mail is committed before the mail server hears of it, and a row whose worker
died in between is `uncertain` and not sent again.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from smtplib import SMTPException
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import connections
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.domain.roles import OrganizationRole, Permission, may
from accounts.errors import DomainError
from accounts.models import Membership, Organization
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from seats.domain.weekly_mail import due_week
from seats.models import WeeklyMail, WeeklyMailReader
from seats.selectors.weekly import headline, sentences, weekly_figures
from seats.services.mails import Reader, reader_of

logger = structlog.get_logger(__name__)

MAX_ATTEMPTS: Final = 6
_PAUSE: Final = timedelta(minutes=30)
_CLAIM_LASTS: Final = timedelta(minutes=15)
_SALT: Final = "weekly-mail"


class LinkInvalid(DomainError):
    """A link out of a mail that was changed, or whose person is gone."""

    code: ClassVar[str] = "link_invalid"
    status: ClassVar[int] = 404


@dataclass(slots=True)
class SentMails:
    """What one run did, in mails."""

    sent: int = 0
    failed: int = 0
    uncertain: int = 0


def choose_weekly_mail(
    *, organization_id: int, membership_id: int, wants: bool, actor: Actor, now: datetime
) -> None:
    """Let a person have the weekly mail, or not any more. Raises Membership.DoesNotExist."""
    with organization_context(organization_id, user_id=actor.user_id):
        membership = Membership.objects.get(organization_id=organization_id, pk=membership_id)
        readers = WeeklyMailReader.objects.filter(
            organization_id=organization_id, membership=membership
        )
        if wants:
            _reader, changed = readers.get_or_create(
                organization_id=organization_id, membership=membership, defaults={"since": now}
            )
        else:
            changed = bool(readers.delete()[0])
        if changed:
            record(
                actor=actor,
                verb="weekly_mail_chosen" if wants else "weekly_mail_given_up",
                subject=membership,
                organization_id=organization_id,
                now=now,
            )


def unsubscribe(*, token: str, now: datetime) -> Organization:
    """End the weekly mail of the person a mail's link names; return of which organization.

    Raises LinkInvalid. Pressed twice it ends it once.
    """
    organization, membership = reader_of_link(token)
    choose_weekly_mail(
        organization_id=organization.pk,
        membership_id=membership.pk,
        wants=False,
        actor=Actor(membership.display_name, membership.user_id),
        now=now,
    )
    return organization


def reader_of_link(token: str) -> tuple[Organization, Membership]:
    """Return whom a mail's link names. Raises LinkInvalid."""
    try:
        organization_id, membership_id = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise LinkInvalid(_("This link does not work. Take the one of the newest mail.")) from error
    with organization_context(organization_id):
        membership = (
            Membership.objects.select_related("organization")
            .filter(organization_id=organization_id, pk=membership_id)
            .first()
        )
    if membership is None:
        raise LinkInvalid(_("You are not in this organization any more and get no mails of it."))
    return membership.organization, membership


# Who chose it and may still read usage. The role decides, so that it is read from the matrix.
_READERS = """
SELECT r.organization_id, r.membership_id, o.time_zone
FROM seats_weeklymailreader r
JOIN accounts_organization o ON o.id = r.organization_id
JOIN accounts_membership m ON m.organization_id = r.organization_id AND m.id = r.membership_id
WHERE m.state = 'active' AND m.user_id IS NOT NULL AND m.reach IS NULL AND CASE
    WHEN m.custom_role_id IS NULL THEN m.role = ANY(%s)
    ELSE EXISTS (SELECT 1 FROM accounts_customrole c WHERE c.organization_id = m.organization_id
        AND c.id = m.custom_role_id AND %s = ANY(c.permissions))
    END
ORDER BY r.organization_id, r.membership_id
"""

_SETTLED = """
SELECT organization_id, membership_id, week_on FROM seats_weeklymail
WHERE week_on >= %s
    AND NOT (state = 'failed' AND attempts < %s AND claimed_at <= %s)
"""


def send_weekly_mails(*, now: datetime) -> SentMails:
    """Send every weekly mail that is due at `now`; safe beside other workers."""
    outcome = SentMails(uncertain=_give_up_stale_claims(now))
    roles = [role.value for role in OrganizationRole if may(role, Permission.USAGE_READ)]
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(_READERS, [roles, Permission.USAGE_READ.value])
        readers = cursor.fetchall()
        week_ago = (now - timedelta(days=8)).date()
        cursor.execute(_SETTLED, [week_ago, MAX_ATTEMPTS, now - _PAUSE])
        settled = set(cursor.fetchall())
    for organization_id, membership_id, time_zone in readers:
        week_on = due_week(now, time_zone)
        if week_on is None or (organization_id, membership_id, week_on) in settled:
            continue
        claimed = _claim(organization_id, membership_id, week_on, now)
        if claimed is not None:
            _send(claimed, now, outcome)
    return outcome


def _give_up_stale_claims(now: datetime) -> int:
    with connections["pipeline"].cursor() as cursor:
        cursor.execute(
            "UPDATE seats_weeklymail SET state = 'uncertain' "
            "WHERE state = 'claimed' AND claimed_at < %s RETURNING id",
            [now - _CLAIM_LASTS],
        )
        ids = [row[0] for row in cursor.fetchall()]
    if ids:
        logger.warning("weekly_mails_uncertain", mails=ids)
    return len(ids)


def _claim(
    organization_id: int, membership_id: int, week_on: date, now: datetime
) -> WeeklyMail | None:
    """Return the mail, now this worker's; None where another has it or sent it."""
    with organization_context(organization_id):
        WeeklyMail.objects.bulk_create(
            [
                WeeklyMail(
                    organization_id=organization_id,
                    membership_id=membership_id,
                    week_on=week_on,
                    state=WeeklyMail.State.FAILED,
                    attempts=0,
                    claimed_at=now,
                )
            ],
            ignore_conflicts=True,
        )
        mail = (
            WeeklyMail.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("membership__user", "organization")
            .filter(
                organization_id=organization_id,
                membership_id=membership_id,
                week_on=week_on,
                state=WeeklyMail.State.FAILED,
                attempts__lt=MAX_ATTEMPTS,
            )
            .first()
        )
        if mail is None or (mail.attempts and mail.claimed_at > now - _PAUSE):
            return None
        mail.state, mail.claimed_at = WeeklyMail.State.CLAIMED, now
        mail.attempts += 1
        mail.save(update_fields=["state", "claimed_at", "attempts"])
        return mail


def _send(mail: WeeklyMail, now: datetime, outcome: SentMails) -> None:
    with organization_context(mail.organization_id):
        reader = reader_of(mail.membership, mail.organization)
        message = build_weekly_mail(mail, reader, now=now) if reader else None
    try:
        if message is not None:
            message.send(using="delivery")
    except (OSError, SMTPException):
        logger.warning("weekly_mail_failed", mail=mail.pk, exc_info=True)
        mail.state = WeeklyMail.State.FAILED
        outcome.failed += 1
    else:
        mail.state, mail.sent_at = WeeklyMail.State.SENT, now
        outcome.sent += 1
    with organization_context(mail.organization_id):
        mail.save(update_fields=["state", "sent_at"])


def build_weekly_mail(mail: WeeklyMail, reader: Reader, *, now: datetime) -> EmailMultiAlternatives:
    """Return the mail in its reader's language; runs in the organization's context."""
    organization = mail.organization
    figures = weekly_figures(organization_id=organization.pk, now=now)
    token = signing.dumps([organization.pk, mail.membership_id], salt=_SALT)
    with translation.override(reader.language), timezone.override(ZoneInfo(reader.time_zone)):
        subject = f"{organization.name}: {headline(figures)}"
        unsubscribe_url = settings.BASE_URL + reverse("weekly_mail_end", args=[token])
        facts = {"organization": organization.name}
        context = {
            "subject": subject,
            "heading": headline(figures),
            "preheader": sentences(figures)[0],
            "greeting": _("Hello %(name)s,") % {"name": reader.name},
            "intro": _("this is how %(organization)s stands this Monday.") % facts,
            "lines": sentences(figures),
            "closing": _("The pages show the same figures at any time."),
            "action_label": _("See the usage"),
            "action_url": settings.BASE_URL + reverse("usage", args=[organization.slug]),
            "reason": _("You chose to get this mail about %(organization)s every Monday.") % facts,
            "unsubscribe_url": unsubscribe_url,
        }
        message = EmailMultiAlternatives(
            subject=" ".join(subject.split()),
            body=render_to_string("mail/seats/weekly.txt", context),
            to=[reader.email],
            headers={
                "Message-ID": f"<weekly-{mail.pk}@headroom.invalid>",
                "Auto-Submitted": "auto-generated",
                "List-Unsubscribe": f"<{unsubscribe_url}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )
        message.attach_alternative(render_to_string("mail/seats/weekly.html", context), "text/html")
    return message
