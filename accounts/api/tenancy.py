"""Which organization an API operation is about."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, TypedDict

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import ApiCaller
from accounts.domain.roles import OrganizationRole
from accounts.models import ApiKey, Organization
from accounts.services.history import Actor
from accounts.tenancy import VENDOR_KEY_USER_ID, key_context, organization_context

__all__ = [
    "VENDOR_KEY_USER_ID",
    "as_vendor",
    "caller_of",
    "find_organization",
    "granter_of",
    "not_found",
    "of_organization",
    "of_vendor",
    "signed",
]


class Signed(TypedDict):
    """Who calls and when, as every service that writes takes them."""

    actor: Actor
    now: datetime


def caller_of(request: Request) -> ApiCaller:
    """Return the API caller of an authenticated request."""
    caller: object = request.auth
    if not isinstance(caller, ApiCaller):
        raise Http404
    return caller


def signed(request: Request) -> Signed:
    """Return who calls and when."""
    return {"actor": caller_of(request).actor, "now": timezone.now()}


def granter_of(request: Request) -> OrganizationRole:
    """Return as whom a key hands out roles: an admin, and the vendor's as an owner."""
    is_vendor_wide = caller_of(request).api_key.is_vendor_wide
    return OrganizationRole.OWNER if is_vendor_wide else OrganizationRole.ADMIN


@contextmanager
def not_found() -> Iterator[None]:
    """Answer 404 for the object that a service does not find."""
    try:
        yield
    except ObjectDoesNotExist as error:
        raise Http404 from error


def as_vendor() -> AbstractContextManager[None]:
    """Return the context of a vendor-wide key: it sees all organizations."""
    return key_context(None)


def find_organization(*, api_key: ApiKey, external_id: str) -> Organization:
    """Return the organization named `external_id` if the key may see it, else raise Http404."""
    if "\x00" in external_id:
        raise Http404
    with key_context(api_key.organization_id):
        organization = Organization.objects.filter(external_id=external_id).first()
    if organization is None:
        raise Http404
    return organization


def of_organization[V: APIView](
    handler: Callable[Concatenate[V, Request, Organization, ...], Response],
) -> Callable[..., Response]:
    """Wrap a handler of `/organizations/<organization>/...` into that organization's context."""

    @wraps(handler)
    def wrapped(
        self: V, request: Request, organization: str, *args: Any, **kwargs: Any
    ) -> Response:
        found = find_organization(api_key=caller_of(request).api_key, external_id=organization)
        with organization_context(found.pk):
            return handler(self, request, found, *args, **kwargs)

    return wrapped


def of_vendor[V: APIView](
    handler: Callable[Concatenate[V, Request, ...], Response],
) -> Callable[..., Response]:
    """Wrap a handler for vendor-wide keys into the context that sees all organizations."""

    @wraps(handler)
    def wrapped(self: V, request: Request, *args: Any, **kwargs: Any) -> Response:
        with as_vendor():
            return handler(self, request, *args, **kwargs)

    return wrapped
