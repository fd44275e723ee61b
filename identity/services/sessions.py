"""Sessions of a person: seen, ended."""

from datetime import datetime

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.services.history import Actor
from identity.services.events import record_for_person

_AGENT_LENGTH = 200


def note_use(request: HttpRequest) -> None:
    """Write when and from where a session was used last."""
    UserSession.objects.filter(session_key=request.session.session_key).update(
        last_seen_at=timezone.now(),
        ip=get_adapter(request).get_client_ip(request),
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:_AGENT_LENGTH],
    )


def end_session(*, user: User, session_id: int, now: datetime) -> None:
    """Sign a person out of one of their own sessions; raise UserSession.DoesNotExist."""
    UserSession.objects.get(pk=session_id, user=user).end()
    record_for_person(user=user, actor=Actor.of(user), verb="session_ended", now=now)


def end_other_sessions(*, user: User, kept_key: str, now: datetime) -> int:
    """Sign a person out everywhere but in the session `kept_key`; return of how many."""
    others = list(UserSession.objects.filter(user=user).exclude(session_key=kept_key))
    for session in others:
        session.end()
    if others:
        record_for_person(
            user=user,
            actor=Actor.of(user),
            verb="other_sessions_ended",
            now=now,
            changes={"sessions": len(others)},
        )
    return len(others)
