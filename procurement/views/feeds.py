"""Calendars to subscribe to, by a secret address, and single events to keep."""

import hashlib
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import OrganizationRequest, organization_page, public
from accounts.domain.roles import Permission
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from procurement.domain.ics import Event, calendar_bytes
from procurement.models import CalendarFeed
from procurement.selectors.events import Reader, calendar_events
from procurement.services.feeds import open_feed, read_feed, revoke_feed

PRODUCT = "-//Headroom//Planning 1.0//EN"


def _ics(events: list[Event], name: str, *, is_feed: bool) -> bytes:
    return calendar_bytes(
        events, product=PRODUCT, name=name, language=get_language() or "en", is_feed=is_feed
    )


def _calendar_name(organization: object) -> str:
    return _("%(organization)s: seats") % {"organization": organization}


@public
@require_safe
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """Return a person's calendar. No session and no cookie: the address is the permission."""
    now = timezone.now()
    feed = read_feed(secret=secret, now=now)
    user = feed.membership.user if feed else None
    if feed is None or user is None:
        raise Http404("No such calendar")
    organization = feed.organization
    zone = ZoneInfo(user.time_zone or organization.time_zone)
    with (
        translation.override(user.language or organization.language),
        timezone.override(zone),
        organization_context(organization.pk, user_id=user.pk),
    ):
        reader = Reader(organization, feed.membership.may)
        body = _ics(calendar_events(reader, now), _calendar_name(organization), is_feed=True)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response: HttpResponse
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="headroom.ics"'
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    # The address is a secret: it is neither told to others nor found by them.
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@organization_page(Permission.REQUESTS_READ)
@require_safe
def calendar_event(request: OrganizationRequest, uid: str) -> HttpResponse:
    """Return one event as a file."""
    reader = Reader(request.organization, request.may)
    found = [e for e in calendar_events(reader, timezone.now()) if e.uid == f"{uid}@headroom"]
    if not found:
        raise Http404("No such event")
    body = _ics(found, _calendar_name(request.organization), is_feed=False)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="headroom-event.ics"'
    response["Cache-Control"] = "private, no-store"
    return response


@organization_page(Permission.REQUESTS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def calendar_settings(request: OrganizationRequest) -> HttpResponse:
    """Open, renew or revoke one's own calendar address; show it once."""
    organization = request.organization
    given = {
        "organization_id": organization.pk,
        "membership": request.membership,
        "actor": Actor.of(request.user),
        "now": timezone.now(),
    }
    if request.method == "POST" and request.POST.get("do") == "revoke":
        if revoke_feed(**given):  # type: ignore[arg-type]
            messages.success(request, _("The address is revoked. Calendars that read it stop."))
        return redirect("calendar_settings", organization.slug)
    secret = ""
    if request.method == "POST":
        _feed, secret = open_feed(**given)  # type: ignore[arg-type]
    events = calendar_events(Reader(organization, request.may), timezone.now())
    response = render(
        request,
        "procurement/calendar.html",
        {
            "tab": "calendar",
            "feed": CalendarFeed.objects.filter(
                membership=request.membership, revoked_at=None
            ).first(),
            "address": f"{settings.BASE_URL}/calendar/{secret}.ics" if secret else "",
            "events": sorted(
                (
                    {
                        "uid": event.uid.removesuffix("@headroom"),
                        "summary": event.summary,
                        "day": event.day,
                        "at": event.at,
                    }
                    for event in events
                    if not event.is_canceled
                ),
                key=lambda shown: shown["day"] or timezone.localdate(shown["at"]),
            ),
        },
    )
    response["Cache-Control"] = "private, no-store"
    return response
