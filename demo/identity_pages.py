"""The demo's identity provider as pages below /demo/identity-provider/: choose who signs in.

Its key and its people stand in a file of the demo's directory, which the data set writes.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import public
from demo.environment import write_private
from demo.identity_provider import (
    IdentityProvider,
    Person,
    ProviderError,
    SamlRequest,
    SigningKey,
    make_key,
)

ISSUER_PATH: Final = "/demo/identity-provider"


def set_up(people: list[Person]) -> str:
    """Write a key and the people down, once; return the issuer."""
    path = _path()
    if not path.exists():
        key = make_key()
        kept = {
            "private": key.private,
            "certificate": key.certificate,
            "people": [[p.subject, p.email, p.name, p.department, p.title] for p in people],
        }
        write_private(path, json.dumps(kept, indent=2) + "\n")
    issuer: str = settings.BASE_URL + ISSUER_PATH
    return issuer


def _path() -> Path:
    if settings.DEMO_DIR is None:
        raise Http404
    return Path(settings.DEMO_DIR) / "identity_provider.json"


@cache
def _kept(path: Path, changed_at: float) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(path.read_text())
    return kept


def _read() -> dict[str, Any]:
    try:
        return _kept(_path(), _path().stat().st_mtime)
    except FileNotFoundError as error:
        raise Http404 from error


def _provider() -> IdentityProvider:
    kept = _read()
    key = SigningKey(kept["private"], kept["certificate"])
    return IdentityProvider(settings.BASE_URL + ISSUER_PATH, key)


def _people() -> list[Person]:
    return [Person(*entry) for entry in _read()["people"]]


def _chosen(request: HttpRequest) -> Person:
    for person in _people():
        if person.subject == request.POST.get("subject"):
            return person
    raise Http404


@public
@require_safe
def discovery(request: HttpRequest) -> JsonResponse:
    """What the provider says of itself."""
    return JsonResponse(_provider().discovery())


@public
@require_safe
def jwks(request: HttpRequest) -> JsonResponse:
    """Its public keys."""
    return JsonResponse(_provider().jwks())


@public
@require_safe
def saml_metadata(request: HttpRequest) -> HttpResponse:
    """Its SAML side."""
    return HttpResponse(_provider().metadata(), content_type="application/samlmetadata+xml")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Choose a person, then back to the product with a code."""
    if request.method != "POST":
        return render(request, "demo/identity_provider.html", {"people": _people()})
    asked = {name: str(request.GET[name]) for name in request.GET}
    try:
        code = _provider().code_for(_chosen(request), asked)
    except (ProviderError, KeyError) as error:
        return HttpResponse(f"{error}", status=400, content_type="text/plain")
    query = urlencode({"code": code, "state": asked.get("state", "")})
    return redirect(f"{asked['redirect_uri']}?{query}")


@public
@csrf_exempt
@require_POST
def token(request: HttpRequest) -> JsonResponse:
    """Exchange a code; the product calls this."""
    form = {name: str(request.POST[name]) for name in request.POST}
    try:
        return JsonResponse(_provider().token(form, request.headers.get("Authorization", "")))
    except ProviderError as error:
        return JsonResponse({"error": str(error)}, status=400)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def saml_sign_in(request: HttpRequest) -> HttpResponse:
    """Choose a person, then post the assertion to the product."""
    if request.method != "POST":
        return render(request, "demo/identity_provider.html", {"people": _people()})
    asked = SamlRequest.read(request.GET.get("SAMLRequest", ""))
    encoded = _provider().saml_response(_chosen(request), asked)
    return render(
        request, "demo/identity_provider_post.html", {"address": asked.acs_url, "response": encoded}
    )
