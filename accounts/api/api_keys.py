"""API keys of an organization over the API: a key hands out no more than it may do itself."""

from datetime import timedelta
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import CreatedCursorPagination, listed
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import body_of
from accounts.api.tenancy import caller_of, not_found, of_organization
from accounts.domain.scopes import EVERYTHING, SCOPES, Area
from accounts.models import ApiKey, Organization
from accounts.selectors.settings import live_api_keys
from accounts.services.api_keys import (
    LONGEST_OVERLAP,
    issue_api_key,
    require_within,
    revoke_api_key,
    rotate_api_key,
)

_LONGEST_OVERLAP_HOURS = int(LONGEST_OVERLAP / timedelta(hours=1))


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    """A key that is not revoked; `previous_secret_until` ends a rotation's overlap."""

    class Meta:
        model = ApiKey
        fields: tuple[str, ...] = (
            *("id", "name", "prefix", "scopes", "created_at", "last_used_at", "expires_at"),
            "previous_secret_until",
        )


class ShownApiKeySerializer(ApiKeySerializer):
    """A key with its secret, which is given this once."""

    key = serializers.SerializerMethodField(help_text="the whole key; it cannot be read again")

    class Meta(ApiKeySerializer.Meta):
        fields: tuple[str, ...] = (*ApiKeySerializer.Meta.fields, "key")

    def get_key(self, _api_key: ApiKey) -> str:
        """Return the key as a caller presents it."""
        shown: str = self.context["key"]
        return shown


class NewApiKeySerializer(serializers.Serializer[Any]):
    """What a key is made from."""

    name = serializers.CharField(max_length=120)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=[EVERYTHING, *SCOPES]), min_length=1, max_length=40
    )
    expires_in_days = serializers.IntegerField(
        min_value=1, max_value=3650, required=False, help_text="without it the key has no end"
    )


class RotationSerializer(serializers.Serializer[Any]):
    """How long the secret before goes on working."""

    overlap_hours = serializers.IntegerField(
        min_value=0, max_value=_LONGEST_OVERLAP_HOURS, default=24
    )


class ApiKeysView(ApiView):
    """The keys of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS
    pagination_class = CreatedCursorPagination
    keeps_answers: ClassVar = False

    @extend_schema(
        operation_id="api_keys_list",
        summary="List API keys",
        description="Newest first, without those that were revoked, and never their secrets.",
        responses={200: ApiKeySerializer(many=True)},
        tags=["settings"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of keys."""
        found = live_api_keys(organization.pk)
        return listed(self, request, found, ApiKeySerializer)

    @extend_schema(
        operation_id="api_keys_issue",
        summary="Issue an API key",
        description=(
            "The secret is in this answer and never again. A key that may do more than the calling "
            "one, or works longer, answers 403 `key_gives_more`."
        ),
        request=NewApiKeySerializer,
        responses={201: ShownApiKeySerializer},
        tags=["settings"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Issue a key."""
        given, caller, now = (
            body_of(request, NewApiKeySerializer),
            caller_of(request),
            timezone.now(),
        )
        days = given.get("expires_in_days")
        expires_at = now + timedelta(days=days) if days else None
        scopes = sorted(set(given["scopes"]))
        require_within(maker=caller.api_key, scopes=scopes, expires_at=expires_at)
        api_key, key = issue_api_key(
            name=given["name"],
            scopes=scopes,
            expires_at=expires_at,
            organization_id=organization.pk,
            actor=caller.actor,
            now=now,
        )
        return Response(ShownApiKeySerializer(api_key, context={"key": key}).data, status=201)


class ApiKeyView(ApiView):
    """One key."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS

    @extend_schema(
        operation_id="api_keys_read",
        summary="Read an API key",
        responses={200: ApiKeySerializer},
        tags=["settings"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, api_key_id: int) -> Response:
        """Return the key."""
        with not_found():
            found = live_api_keys(organization.pk).get(pk=api_key_id)
        return Response(ApiKeySerializer(found).data)

    @extend_schema(
        operation_id="api_keys_revoke",
        summary="Revoke an API key",
        description="It stops at once, the calling key itself included. Twice is once.",
        responses={204: None},
        tags=["settings"],
    )
    @of_organization
    def delete(self, request: Request, organization: Organization, api_key_id: int) -> Response:
        """Revoke the key."""
        with not_found():
            revoke_api_key(
                organization_id=organization.pk,
                api_key_id=api_key_id,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response(status=204)


class ApiKeyRotationView(ApiView):
    """Another secret for a key."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS
    keeps_answers: ClassVar = False

    @extend_schema(
        operation_id="api_keys_rotate",
        summary="Give an API key another secret",
        description=(
            "The new secret is in this answer and never again; the old one works until the end of "
            "the overlap. A key may rotate itself, and those that may do no more than it."
        ),
        request=RotationSerializer,
        responses={200: ShownApiKeySerializer},
        tags=["settings"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, api_key_id: int) -> Response:
        """Rotate the key."""
        given, caller = body_of(request, RotationSerializer), caller_of(request)
        with not_found():
            found = live_api_keys(organization.pk).get(pk=api_key_id)
            require_within(maker=caller.api_key, scopes=found.scopes, expires_at=found.expires_at)
            api_key, key = rotate_api_key(
                api_key_id=api_key_id,
                organization_id=organization.pk,
                overlap=timedelta(hours=given["overlap_hours"]),
                actor=caller.actor,
                now=timezone.now(),
            )
        return Response(ShownApiKeySerializer(api_key, context={"key": key}).data)
