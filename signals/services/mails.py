"""The mails of messages: one message each, or all that waited in one digest."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organization, User
from accounts.templatetags.headroom import number
from signals.models import NoticeDigest, Notification
from signals.selectors.endings import DIGEST, ending_token
from signals.selectors.notice_words import words_of


@contextmanager
def reader_context(recipient: User, organization: Organization) -> Iterator[None]:
    """Speak the recipient's language in their zone, else the organization's."""
    language = recipient.language or organization.language
    zone = ZoneInfo(recipient.time_zone or organization.time_zone)
    with translation.override(language), timezone.override(zone):
        yield


def build_message(notification: Notification) -> EmailMultiAlternatives:
    """Return the mail of a notification, whose recipient and organization are loaded.

    In the recipient's language and time zone, else the organization's. The Message-ID is fixed by
    the notification.
    """
    recipient, organization = notification.recipient, notification.organization
    with reader_context(recipient, organization):
        words = words_of(organization, notification)
        context = {
            "subject": words.subject,
            "heading": words.subject,
            "preheader": words.intro,
            "intro": words.intro,
            "lines": words.lines,
            "closing": words.closing,
            "greeting": _("Hello %(name)s,") % {"name": recipient.get_short_name()},
            "action_label": words.action_label,
            "action_url": settings.BASE_URL + words.action_url,
            "reason": words.reason,
        }
        return mail_of(
            recipient,
            kind=notification.kind,
            key=f"notification-{notification.pk}",
            template="message",
            context=context,
        )


def build_digest(digest: NoticeDigest, rows: Sequence[Notification]) -> EmailMultiAlternatives:
    """Return one mail with all of `rows`, which are not none and have their organizations loaded.

    What waits for room comes last, the likeliest worth first; the rest as it happened.
    """
    recipient, first = digest.recipient, rows[0].organization
    with reader_context(recipient, first):
        ranked = sorted(rows, key=_rank)
        entries = [(row, words_of(row.organization, row)) for row in ranked]
        count = ngettext("%(n)s message", "%(n)s messages", len(rows)) % {"n": number(len(rows))}
        where = "notifications" if not recipient.vendor_role else "vendor_notifications"
        args = [first.slug] if not recipient.vendor_role else []
        context = {
            "subject": _("%(count)s for you") % {"count": count},
            "heading": _("%(count)s for you") % {"count": count},
            "preheader": entries[0][1].subject,
            "greeting": _("Hello %(name)s,") % {"name": recipient.get_short_name()},
            "intro": _("this has come together since the last mail of this kind."),
            "entries": [
                {
                    "title": words.subject,
                    "text": words.intro,
                    "url": settings.BASE_URL + words.action_url,
                }
                for _row, words in entries
            ],
            "action_label": _("See all messages"),
            "action_url": settings.BASE_URL + reverse(where, args=args),
            "reason": _("You chose to get these messages in one mail."),
        }
        return mail_of(
            recipient, kind=DIGEST, key=f"digest-{digest.pk}", template="digest", context=context
        )


def _rank(row: Notification) -> tuple[int, int, datetime]:
    waits = row.kind == Notification.Kind.TASK_DIGEST
    return int(waits), -int(row.facts.get("expected_minor", 0)), row.created_at


def mail_of(
    recipient: User, *, kind: str, key: str, template: str, context: dict[str, Any]
) -> EmailMultiAlternatives:
    """Return a mail that can be ended with one press, by its link or by the mail program."""
    context["settings_url"] = settings.BASE_URL + reverse("notice_settings")
    context["unsubscribe_url"] = settings.BASE_URL + reverse(
        "notices_end", args=[ending_token(recipient, kind)]
    )
    message = EmailMultiAlternatives(
        subject=" ".join(context["subject"].split()),
        body=render_to_string(f"mail/signals/{template}.txt", context),
        to=[recipient.email],
        headers={
            "Message-ID": f"<{key}@headroom.invalid>",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{context['unsubscribe_url']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    message.attach_alternative(
        render_to_string(f"mail/signals/{template}.html", context), "text/html"
    )
    return message
