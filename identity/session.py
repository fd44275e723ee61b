"""What a session knows of its own sign-in: when it began, when it was used, what was proved.

Kept in the session itself, so that a request asks the database for none of it.
"""

import time
from datetime import timedelta
from typing import Final

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from identity.domain.rules import Demands, has_ended

# Use is noted this often, in seconds: a limit in hours need not be more exact, and most requests
# write nothing.
NOTE_EVERY: Final = 300
_SIGNED_IN = "signed_in_at"
_SEEN = "seen_at"
_LIMITS = "limits"
_FACTOR = "second_factor"
_SHORT = "password_too_short"
# A sign-in at the organization's own provider is as strong as the organization made it there.
_STRONG_METHODS = frozenset({"mfa", "sso"})


def begin(request: HttpRequest) -> None:
    """Note that somebody signs in now."""
    request.session[_SIGNED_IN] = request.session[_SEEN] = time.time()


def note_use(request: HttpRequest) -> bool:
    """Note that the session is used; tell whether the last note is old enough to write one."""
    now = time.time()
    if _SIGNED_IN not in request.session:
        request.session[_SIGNED_IN] = now
    elif now - request.session.get(_SEEN, 0) < NOTE_EVERY:
        return False
    request.session[_SEEN] = now
    return True


def keep_limits(request: HttpRequest, demands: Demands) -> None:
    """Keep how long the session may last, for pages that ask no organization."""
    limits = [_seconds(demands.idle), _seconds(demands.whole)]
    if limits == [None, None]:
        request.session.pop(_LIMITS, None) if _LIMITS in request.session else None
    elif request.session.get(_LIMITS) != limits:
        request.session[_LIMITS] = limits


def is_over(request: HttpRequest) -> bool:
    """Tell whether the session lasted longer than it may."""
    limits = request.session.get(_LIMITS)
    if not limits:
        return False
    idle, whole = (None if s is None else timedelta(seconds=s) for s in limits)
    now = time.time()
    return has_ended(
        signed_in_at=request.session.get(_SIGNED_IN, now),
        seen_at=request.session.get(_SEEN, now),
        now=now,
        idle=idle,
        whole=whole,
    )


def note_second_factor(request: HttpRequest) -> None:
    """Note that the person just set up a second factor, which proved it."""
    request.session[_FACTOR] = True


def proved_second_factor(request: HttpRequest) -> bool:
    """Tell whether this session's sign-in had a second factor."""
    if request.session.get(_FACTOR):
        return True
    records = get_authentication_records(request, request.user)
    return any(record.get("method") in _STRONG_METHODS for record in records)


def note_password(request: HttpRequest, *, too_short: bool) -> None:
    """Note whether the password of this sign-in is shorter than an organization wants."""
    if too_short:
        request.session[_SHORT] = True
    else:
        request.session.pop(_SHORT, None)


def has_short_password(request: HttpRequest) -> bool:
    """Tell whether the person signed in with a password that is too short by now."""
    return bool(request.session.get(_SHORT))


def _seconds(limit: timedelta | None) -> int | None:
    return None if limit is None else int(limit.total_seconds())
