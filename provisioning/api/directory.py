"""The connection to an organization's directory over the API: choices, tokens, groups, its log."""

from typing import Any, ClassVar

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import all_of, body_of, query_of
from accounts.api.tenancy import caller_of, granter_of, not_found, of_organization
from accounts.domain.scopes import Area, scope_for
from accounts.models import Department, Membership, Organization
from accounts.services.api_keys import require_within
from provisioning.models import (
    DirectoryConnection,
    DirectoryGroup,
    DirectoryRequest,
    DirectoryToken,
)
from provisioning.selectors.directory import groups_with_members, standing, valid_tokens
from provisioning.services.connections import (
    LIFETIME,
    change_connection,
    issue_token,
    map_group,
    revoke_token,
)
from provisioning.services.following import connection_of

# What a directory does with its token.
_SCOPES = [scope_for(area, writes=True) for area in (Area.PEOPLE, Area.SEATS)]


class DirectoryChoicesSerializer(serializers.ModelSerializer[DirectoryConnection]):
    """What the directory decides."""

    class Meta:
        model = DirectoryConnection
        fields: tuple[str, ...] = ("seats", "member_id_from", "region_from")
        extra_kwargs: ClassVar = {name: {"required": True} for name in fields}


class DirectorySerializer(DirectoryChoicesSerializer):
    """How the connection stands; requests are those of the last seven days."""

    scim_address = serializers.SerializerMethodField(help_text="where the directory sends people")
    people = serializers.IntegerField(source="standing.people", read_only=True)
    inactive = serializers.IntegerField(source="standing.inactive", read_only=True)
    groups = serializers.IntegerField(source="standing.groups", read_only=True)
    requests = serializers.IntegerField(source="standing.requests", read_only=True)
    refused = serializers.IntegerField(source="standing.refused", read_only=True)

    class Meta(DirectoryChoicesSerializer.Meta):
        fields: tuple[str, ...] = (
            *DirectoryChoicesSerializer.Meta.fields,
            *("scim_address", "last_request_at"),
            *("people", "inactive", "groups", "requests", "refused"),
        )

    def get_scim_address(self, _connection: DirectoryConnection) -> str:
        """Return the address of the service."""
        return str(settings.BASE_URL + reverse("scim_base"))


class DirectoryTokenSerializer(serializers.ModelSerializer[DirectoryToken]):
    """A token that opens the door."""

    name = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = DirectoryToken
        fields: tuple[str, ...] = ("id", "name", "created_at", "last_used_at", "expires_at")


class ShownDirectoryTokenSerializer(DirectoryTokenSerializer):
    """A token with its secret, which is given this once."""

    token = serializers.SerializerMethodField(help_text="the whole token; it cannot be read again")

    class Meta(DirectoryTokenSerializer.Meta):
        fields: tuple[str, ...] = (*DirectoryTokenSerializer.Meta.fields, "token")

    def get_token(self, _token: DirectoryToken) -> str:
        """Return the token as a directory presents it."""
        shown: str = self.context["token"]
        return shown


class DirectoryGroupSerializer(serializers.ModelSerializer[DirectoryGroup]):
    """A group of the directory, and what being in it means here."""

    name = serializers.CharField(source="display_name", read_only=True)
    department = serializers.CharField(source="department.name", default=None, allow_null=True)
    role = serializers.CharField(help_text="empty: none")
    people = serializers.IntegerField(read_only=True)

    class Meta:
        model = DirectoryGroup
        fields = ("id", "scim_id", "name", "gives_seat", "department", "role", "people")


class GroupMeaningSerializer(serializers.Serializer[Any]):
    """What being in a group means, given whole."""

    gives_seat = serializers.BooleanField(default=False)
    department = serializers.CharField(
        max_length=120,
        default=None,
        allow_null=True,
        help_text="the name of one; for members whom the directory gives none of their own",
    )
    role = serializers.ChoiceField(
        choices=Membership.Role.choices,
        default="",
        allow_blank=True,
        help_text="empty: none; `owner` is never given by groups",
    )


class DirectoryRequestSerializer(serializers.ModelSerializer[DirectoryRequest]):
    """What the directory asked, and how it was answered."""

    class Meta:
        model = DirectoryRequest
        fields = (
            *("id", "at", "method", "path", "about", "status", "code", "detail", "milliseconds"),
        )


class LogQuerySerializer(serializers.Serializer[Any]):
    """Which requests."""

    refused = serializers.BooleanField(default=False)


class DirectoryView(ApiView):
    """The connection."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS

    @extend_schema(
        operation_id="directory_read",
        summary="How the connection to the directory stands",
        description="What it decides, and what it sent in the last seven days.",
        responses={200: DirectorySerializer},
        tags=["directory"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the connection."""
        return _connection(organization)

    @extend_schema(
        operation_id="directory_change",
        summary="Choose what the directory decides",
        description="Given whole. Who has a seat already keeps it.",
        request=DirectoryChoicesSerializer,
        responses={200: DirectorySerializer},
        tags=["directory"],
    )
    @of_organization
    def put(self, request: Request, organization: Organization) -> Response:
        """Change the choices."""
        change_connection(
            organization_id=organization.pk,
            actor=caller_of(request).actor,
            now=timezone.now(),
            **body_of(request, DirectoryChoicesSerializer),
        )
        return _connection(organization)


class DirectoryTokensView(ApiView):
    """Its tokens."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS
    keeps_answers: ClassVar = False

    @extend_schema(
        operation_id="directory_tokens_list",
        summary="Tokens that the directory may use",
        description="Newest first, two at most, without their secrets.",
        responses={200: DirectoryTokenSerializer(many=True)},
        tags=["directory"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the tokens."""
        found = valid_tokens(organization_id=organization.pk, now=timezone.now())
        return all_of(DirectoryTokenSerializer, found)

    @extend_schema(
        operation_id="directory_tokens_issue",
        summary="Give the directory a token",
        description=(
            "It is in this answer and never again, and lives for a year; the one before works for "
            "24 hours more. It makes and changes people and their seats: a key without "
            "`people:write` and `seats:write`, or with an earlier end, answers 403 "
            "`key_gives_more`."
        ),
        request=None,
        responses={201: ShownDirectoryTokenSerializer},
        tags=["directory"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Make a token."""
        caller, now = caller_of(request), timezone.now()
        require_within(maker=caller.api_key, scopes=_SCOPES, expires_at=now + LIFETIME)
        token, secret = issue_token(organization_id=organization.pk, actor=caller.actor, now=now)
        shown = ShownDirectoryTokenSerializer(token, context={"token": secret})
        return Response(shown.data, status=201)


class DirectoryTokenView(ApiView):
    """One token."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS

    @extend_schema(
        operation_id="directory_tokens_revoke",
        summary="Stop a token of the directory",
        description="At once. Twice is once.",
        responses={204: None},
        tags=["directory"],
    )
    @of_organization
    def delete(self, request: Request, organization: Organization, token_id: int) -> Response:
        """Revoke the token."""
        with not_found():
            revoke_token(
                organization_id=organization.pk,
                token_id=token_id,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response(status=204)


class DirectoryGroupsView(ApiView):
    """Its groups."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS
    pagination_class = ordered_by("display_name", "pk")

    @extend_schema(
        operation_id="directory_groups_list",
        summary="Groups of the directory and what being in them means",
        description="In the order of their names.",
        responses={200: DirectoryGroupSerializer(many=True)},
        tags=["directory"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of groups."""
        found = groups_with_members(organization_id=organization.pk)
        return listed(self, request, found, DirectoryGroupSerializer)


class DirectoryGroupView(ApiView):
    """One group."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS

    @extend_schema(
        operation_id="directory_groups_read",
        summary="A group of the directory",
        description="With what being in it means.",
        responses={200: DirectoryGroupSerializer},
        tags=["directory"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, group_id: int) -> Response:
        """Return the group."""
        return _group(organization, group_id)

    @extend_schema(
        operation_id="directory_groups_map",
        summary="Choose what being in a group means",
        description=(
            "Given whole; its members follow at once. A role that the key could not give answers "
            "409 `role_not_given_to_groups`."
        ),
        request=GroupMeaningSerializer,
        responses={200: DirectoryGroupSerializer},
        tags=["directory"],
    )
    @of_organization
    def put(self, request: Request, organization: Organization, group_id: int) -> Response:
        """Change the meaning."""
        _group(organization, group_id)
        given = body_of(request, GroupMeaningSerializer)
        map_group(
            organization_id=organization.pk,
            group_id=group_id,
            gives_seat=given["gives_seat"],
            department=_department(organization, given["department"]),
            role=given["role"],
            granter=granter_of(request),
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return _group(organization, group_id)


class DirectoryRequestsView(ApiView):
    """Its log."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS
    pagination_class = ordered_by("-at", "-id")

    @extend_schema(
        operation_id="directory_requests_list",
        summary="What the directory asked in the last 30 days",
        description="Newest first, with how it was answered.",
        parameters=[OpenApiParameter("refused", bool, description="what was refused alone")],
        responses={200: DirectoryRequestSerializer(many=True)},
        tags=["directory"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of the log."""
        found = DirectoryRequest.objects.filter(organization=organization)
        if query_of(request, LogQuerySerializer)["refused"]:
            found = found.filter(status__gte=400)
        return listed(self, request, found, DirectoryRequestSerializer)


def _connection(organization: Organization) -> Response:
    found: Any = connection_of(organization.pk)
    found.standing = standing(organization_id=organization.pk, now=timezone.now())
    return Response(DirectorySerializer(found).data)


def _group(organization: Organization, group_id: int) -> Response:
    with not_found():
        found = groups_with_members(organization_id=organization.pk).get(pk=group_id)
    return Response(DirectoryGroupSerializer(found).data)


def _department(organization: Organization, name: str | None) -> Department | None:
    if not name:
        return None
    found = Department.objects.filter(organization=organization, name__iexact=name).first()
    if found is None:
        raise serializers.ValidationError({"department": _("No department has this name.")})
    return found
