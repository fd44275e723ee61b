"""`Authorization: Bearer hr_...`: who calls the API."""

from dataclasses import dataclass
from typing import ClassVar

import structlog
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import ApiKey
from accounts.origin import note_origin
from accounts.services.api_keys import find_api_key, note_use
from accounts.services.history import Actor


@dataclass(frozen=True, slots=True)
class ApiCaller:
    """The caller behind an API key: `request.user`, and typed in `request.auth`."""

    api_key: ApiKey
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True

    @property
    def pk(self) -> int:
        """The key's id, which rate limits count by."""
        return self.api_key.pk

    @property
    def actor(self) -> Actor:
        """The actor for the history."""
        return Actor(label=f"API key {self.api_key.name}")


class ApiKeyAuthentication(BaseAuthentication):
    """Finds the API key of the Authorization header."""

    def authenticate(self, request: Request) -> tuple[ApiCaller, ApiCaller] | None:
        """Return the caller, None without a header, or raise AuthenticationFailed."""
        header = request.META.get("HTTP_AUTHORIZATION", "")
        scheme, _space, key = header.partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = timezone.now()
        api_key = find_api_key(key=key.strip(), now=now)
        if api_key is None:
            raise AuthenticationFailed(_("This API key is unknown, revoked or expired."))
        structlog.contextvars.bind_contextvars(
            api_key=api_key.prefix, organization_id=api_key.organization_id
        )
        note_use(api_key=api_key, now=now)
        note_origin(key=api_key.prefix)
        caller = ApiCaller(api_key)
        return caller, caller

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401 answer."""
        return 'Bearer realm="headroom"'


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI file names the authentication."""

    target_class = "accounts.api.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """Return the security scheme object."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "hr_<prefix>_<secret>"}
