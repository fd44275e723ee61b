"""What follows when somebody signs in, or changes how they do."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.account.adapter import get_adapter
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.services.history import Actor
from identity import session
from identity.services.browsers import BROWSER_COOKIE, greet_browser
from identity.services.events import record_for_person


def connect() -> None:
    """Have the receivers called from now on; connecting twice counts once."""
    user_logged_in.connect(_on_session, dispatch_uid="identity.session")
    account_signals.user_logged_in.connect(_on_sign_in, dispatch_uid="identity.sign_in")
    for signal in (
        account_signals.password_changed,
        account_signals.password_set,
        account_signals.password_reset,
    ):
        signal.connect(_on_password, dispatch_uid="identity.password")
    mfa_signals.authenticator_added.connect(_on_added, dispatch_uid="identity.added")
    mfa_signals.authenticator_removed.connect(_on_removed, dispatch_uid="identity.removed")
    mfa_signals.authenticator_reset.connect(_on_reset, dispatch_uid="identity.reset")


def _on_session(*, request: HttpRequest, **kwargs: Any) -> None:
    session.begin(request)


def _on_sign_in(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    new = greet_browser(
        user=user,
        token=request.COOKIES.get(BROWSER_COOKIE, ""),
        user_agent=request.META.get("HTTP_USER_AGENT", ""),
        address=get_adapter(request).get_client_ip(request),
        now=timezone.now(),
    )
    if new:
        request.new_browser_token = new  # type: ignore[attr-defined]


def _on_password(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    session.note_password(request, too_short=False)
    _record(user, "password_changed")


def _on_added(
    *, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    session.note_second_factor(request)
    _record(user, "second_factor_added", kind=str(authenticator.type))


def _on_removed(*, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _record(user, "second_factor_removed", kind=str(authenticator.type))


def _on_reset(*, user: User, **kwargs: Any) -> None:
    _record(user, "recovery_codes_renewed")


def _record(user: User, verb: str, **changes: Any) -> None:
    record_for_person(
        user=user, actor=Actor.of(user), verb=verb, now=timezone.now(), changes=changes
    )
