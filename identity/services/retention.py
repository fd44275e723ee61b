"""Lets go of sessions that ended and of browsers that nobody used for long."""

from datetime import datetime, timedelta
from typing import Final

from allauth.account.models import EmailConfirmation
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from identity.models import KnownBrowser

BROWSERS_KEPT_FOR: Final = timedelta(days=400)
SESSIONS_KEPT_FOR: Final = timedelta(0)
_LISTED_AT_LEAST: Final = timedelta(hours=1)


def forget_sessions(*, now: datetime) -> int:
    """Delete sessions that ran out, and what was listed of them; return how many rows.

    A session is listed a moment before or after it is stored: only an older entry is looked at.
    """
    gone: int = Session.objects.filter(expire_date__lt=now).delete()[0]
    stored = Session.objects.filter(session_key=OuterRef("session_key"))
    listed = UserSession.objects.filter(
        ~Exists(stored),
        created_at__lt=now - _LISTED_AT_LEAST,
        last_seen_at__lt=now - _LISTED_AT_LEAST,
    )
    return gone + int(listed.delete()[0])


def forget_browsers(*, now: datetime) -> int:
    """Delete browsers that were not used for 400 days: the next sign-in is told of again."""
    gone: int = KnownBrowser.objects.filter(last_seen_at__lt=now - BROWSERS_KEPT_FOR).delete()[0]
    old = EmailConfirmation.objects.filter(created__lt=now - BROWSERS_KEPT_FOR)
    return gone + int(old.delete()[0])
