"""Step-up: before what matters, people prove once more who they are, and nothing typed is lost.

A page says with `recent=` what it asks for (`accounts.access`). Whoever proved it too long ago is
led to the proof; what they sent waits in their session and is sent by their browser afterwards.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponseBase
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.access import OrganizationRequest, VendorRequest
from accounts.domain.recency import DEFAULT_WINDOWS, Recent, is_recent
from accounts.views.answers import go_to

_KEY = "step_up"
_MAX_CHARACTERS = 50_000
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

type Way = Callable[[HttpRequest], str | None]
_ways: list[Way] = []


def add_way(way: Way) -> None:
    """Have `way` name the address where the person of a session proves who they are, or None.

    Without an answer they prove it by what they have here: a password or a second factor.
    """
    if way not in _ways:
        _ways.append(way)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What somebody was about to do: where, with which form, and the page they did it on.

    `path` is empty where it cannot be kept (a file was sent); `body` is the urlencoded form.
    """

    path: str
    method: str
    body: str
    back: str


def proved_at(request: HttpRequest) -> datetime | None:
    """Return when the person of this session last proved who they are, or None."""
    records = get_authentication_records(request, request.user)
    return datetime.fromtimestamp(records[-1]["at"], UTC) if records else None


def gate(
    request: OrganizationRequest | VendorRequest, windows: Mapping[Recent, timedelta]
) -> HttpResponseBase | None:
    """Lead to the proof whoever needs one for this page; None lets them in."""
    request.windows = windows  # type: ignore[union-attr]
    recent = request.recent
    if recent is None or (request.method in _SAFE_METHODS and not recent.on_reading):
        return None
    return ask_unless_recent(request, recent)


def ask_unless_recent(
    request: OrganizationRequest | VendorRequest, recent: Recent
) -> HttpResponseBase | None:
    """Lead to the proof whoever has no recent one; for a view that asks in some cases only."""
    windows: Mapping[Recent, timedelta] = getattr(request, "windows", DEFAULT_WINDOWS)
    if is_recent(proved_at(request), now=timezone.now(), window=windows[recent]):
        return None
    return ask_for_proof(request)


def ask_for_proof(request: HttpRequest) -> HttpResponseBase:
    """Keep what the person was about to do and lead them to prove who they are."""
    request.session[_KEY] = asdict(_waiting(request))
    address = next((found for way in _ways if (found := way(request)) is not None), None)
    if address is None:
        methods = get_adapter(request).get_reauthentication_methods(request.user)
        address = methods[0]["url"] if methods else reverse("sign_in_again")
    query = urlencode({REDIRECT_FIELD_NAME: reverse("step_up_continue")})
    return go_to(request, f"{address}{'&' if '?' in address else '?'}{query}")


def take_waiting(request: HttpRequest) -> Waiting | None:
    """Return what waits in the session, once."""
    kept = request.session.pop(_KEY, None)
    return Waiting(**kept) if kept else None


def _waiting(request: HttpRequest) -> Waiting:
    back = page_of(request)
    if request.method in _SAFE_METHODS:
        return Waiting(path=request.get_full_path(), method="GET", body="", back=back)
    try:
        form = request.POST.copy()
        has_files = bool(request.FILES)
    except MultiPartParserError:
        return Waiting(path="", method="POST", body="", back=back)
    form.pop("csrfmiddlewaretoken", None)
    body = form.urlencode()
    if has_files or len(body) > _MAX_CHARACTERS:
        return Waiting(path="", method="POST", body="", back=back)
    return Waiting(path=request.get_full_path(), method="POST", body=body, back=back)


def page_of(request: HttpRequest) -> str:
    """Return the page of ours on which the person was, without its origin."""
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(
        came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return reverse("home")
    parts = urlsplit(came_from)
    return parts.path + (f"?{parts.query}" if parts.query else "")
