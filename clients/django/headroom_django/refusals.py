"""The answer to who may not come in: a page with the way to a seat, or JSON for programs."""

from urllib.parse import urlencode, urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render, resolve_url
from django.utils.cache import add_never_cache_headers

from headroom_client import Entitlement

SENTENCES = {
    "no_seat": "Everybody who works here has a seat, and you do not have one yet.",
    "unknown_member": "You are not known to your organization's seats yet.",
    "no_subscription": "Your organization has not bought seats yet.",
    "deactivated": "Your account was deactivated. Ask an admin of your organization.",
    "overage_not_permitted": "Every seat is taken, and your organization allows no more.",
    "unreachable": "Whether you have a seat cannot be checked just now. Try again in a minute.",
}


def sentence_for(entitlement: Entitlement) -> str:
    """Return why somebody may not come in, in words."""
    return SENTENCES.get(entitlement.reason, "You do not have a seat.")


def purchase_link(entitlement: Entitlement, seats: int = 1) -> str | None:
    """Return where an admin buys `seats` more, the number filled in; None if none would help."""
    if entitlement.purchase_url is None:
        return None
    parts = urlsplit(entitlement.purchase_url)
    return urlunsplit(parts._replace(query=urlencode({"seats": seats})))


def refusal(
    request: HttpRequest, entitlement: Entitlement, *, refused_url: str | None = None
) -> HttpResponse:
    """Return the 403, or the way to the vendor's own page of that kind."""
    answer: HttpResponse
    if not request.accepts("text/html"):
        answer = JsonResponse(
            {
                "type": f"urn:headroom:refused:{entitlement.reason}",
                "code": entitlement.reason,
                "title": sentence_for(entitlement),
                "status": 403,
                "purchase_url": purchase_link(entitlement) if entitlement.may_purchase else None,
                "request_url": entitlement.request_url,
            },
            status=403,
            content_type="application/problem+json",
        )
    elif refused_url is not None:
        answer = HttpResponseRedirect(resolve_url(refused_url))
    else:
        answer = render(request, "headroom_django/refused.html", refused(entitlement), status=403)
    # Somebody who was just given a seat must not see it from a cache.
    add_never_cache_headers(answer)
    return answer


def refused(entitlement: Entitlement) -> dict[str, object]:
    """Return the context of a page that says no."""
    return {
        "entitlement": entitlement,
        "sentence": sentence_for(entitlement),
        "purchase_link": purchase_link(entitlement) if entitlement.may_purchase else None,
        "request_link": entitlement.request_url,
    }
