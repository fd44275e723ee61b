"""Preferences > Security: a person's own password, second factors and sessions."""

from typing import Any, cast

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import public, signed_in
from accounts.models import User
from accounts.views.answers import done
from identity.domain.browsers import is_phone
from identity.selectors.rules import has_second_factor
from identity.services.sessions import end_other_sessions, end_session
from identity.words import browser_in_words


@signed_in
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Show how the reader signs in, and where they are signed in now."""
    user = cast(User, request.user)
    factors = list(Authenticator.objects.filter(user=user).order_by("pk"))
    codes = next((f for f in factors if f.type == Authenticator.Type.RECOVERY_CODES), None)
    sessions = _sessions(request, user)
    return render(
        request,
        "identity/security.html",
        {
            "app": next((f for f in factors if f.type == Authenticator.Type.TOTP), None),
            "passkeys": [f for f in factors if f.type == Authenticator.Type.WEBAUTHN],
            "codes_left": None if codes is None else len(codes.wrap().get_unused_codes()),
            "may_have_codes": any(f is not codes for f in factors),
            "sessions": sessions,
            "has_others": len(sessions) > 1,
            "has_password": user.has_usable_password(),
            "preferences_tab": "security",
        },
    )


def _sessions(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    """Return the reader's sessions, this one first, then the one used last."""
    found = [
        {
            "pk": session.pk,
            "words": browser_in_words(session.user_agent),
            "is_phone": is_phone(session.user_agent),
            "is_current": session.session_key == request.session.session_key,
            "ip": session.ip,
            "created_at": session.created_at,
            "last_seen_at": session.last_seen_at,
        }
        for session in UserSession.objects.purge_and_list(user)
    ]
    return sorted(found, key=lambda s: (not s["is_current"], -s["last_seen_at"].timestamp()))


@signed_in
@require_POST
def session_end(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign the reader out of one of their sessions."""
    try:
        end_session(user=cast(User, request.user), session_id=session_id, now=timezone.now())
    except UserSession.DoesNotExist as error:
        raise Http404("No such session") from error
    return done(request, _("That session has ended."), reverse("security"))


@signed_in
@require_POST
def other_sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign the reader out everywhere but here."""
    ended = end_other_sessions(
        user=cast(User, request.user),
        kept_key=request.session.session_key or "",
        now=timezone.now(),
    )
    message = ngettext("%(n)d other session has ended.", "%(n)d other sessions have ended.", ended)
    return done(request, message % {"n": ended}, reverse("security"))


@signed_in
@require_safe
def second_factor_needed(request: HttpRequest) -> HttpResponse:
    """Lead somebody whose organization asks for a second factor to set one up."""
    if has_second_factor(cast(User, request.user)):
        return redirect(request.session.pop("second_factor_back", "/"))
    return render(request, "identity/second_factor_needed.html")


@signed_in
@require_safe
def second_factor_done(request: HttpRequest) -> HttpResponse:
    """Lead on to where somebody was when a second factor was asked for, else to Security."""
    return redirect(request.session.pop("second_factor_back", "security"))


@public
@require_safe
def change_password(request: HttpRequest) -> HttpResponse:
    """Lead password managers to the page where a password is changed."""
    return redirect("account_change_password")
