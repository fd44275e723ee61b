"""Which role somebody holds, and over which departments: read and given over the API."""

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import body_of
from accounts.api.tenancy import caller_of, granter_of, of_organization
from accounts.domain.roles import OrganizationRole
from accounts.domain.scopes import Area
from accounts.models import Department, Membership, Organization
from accounts.services.roles import RoleChoice, give_role
from seats.api.lookups import member_named

_MOST_DEPARTMENTS = 200


class HeldRoleSerializer(serializers.Serializer[Membership]):
    """What somebody may do here, and for whom."""

    role = serializers.ChoiceField(choices=Membership.Role.choices)
    role_id = serializers.IntegerField(
        source="custom_role_id",
        allow_null=True,
        help_text="a role of the organization's own, which counts instead of `role`",
    )
    departments = serializers.ListField(
        source="reach",
        child=serializers.IntegerField(),
        allow_null=True,
        help_text="ids of those that the role reaches; null: everybody",
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample("a built-in role", {"role": "department_admin", "departments": [3]}),
        OpenApiExample("one of the organization's own", {"role_id": 2}),
    ]
)
class GivenRoleSerializer(serializers.Serializer[Any]):
    """The role to hold: a built-in one, or the id of one of the organization's own."""

    role = serializers.ChoiceField(
        choices=Membership.Role.choices,
        required=False,
        help_text="`owner` needs a vendor-wide key.",
    )
    role_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    departments = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        max_length=_MOST_DEPARTMENTS,
        default=list,
        help_text="ids; without one the role reaches everybody",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one role."""
        if ("role" in attrs) == ("role_id" in attrs):
            raise serializers.ValidationError({"role": _("Name a role, or the id of one.")})
        return attrs


class MemberRoleView(ApiView):
    """The role of one person."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="members_role_read",
        summary="Which role a person holds",
        description="And over which departments.",
        responses={200: HeldRoleSerializer},
        tags=["people"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, member: str) -> Response:
        """Return the role."""
        return Response(HeldRoleSerializer(member_named(organization, member)).data)

    @extend_schema(
        operation_id="members_role_give",
        summary="Give a person a role, for everybody or some departments",
        description=(
            "Given whole: without `departments` the role reaches everybody. Answers 403 "
            "`role_not_yours_to_give`, 404 `role_unknown`, 409 `owners_reach_everything` and, for "
            "the last owner or admin, 409 `nobody_left_in_charge`."
        ),
        request=GivenRoleSerializer,
        responses={200: HeldRoleSerializer},
        tags=["people"],
    )
    @of_organization
    def put(self, request: Request, organization: Organization, member: str) -> Response:
        """Give the role."""
        person = member_named(organization, member)
        given = body_of(request, GivenRoleSerializer)
        _require_known(organization, given["departments"])
        choice = (
            RoleChoice(OrganizationRole(given["role"]))
            if "role" in given
            else RoleChoice(OrganizationRole.MEMBER, given["role_id"])
        )
        changed = give_role(
            organization_id=organization.pk,
            membership_id=person.pk,
            choice=choice,
            departments=given["departments"],
            granter=granter_of(request),
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response(HeldRoleSerializer(changed).data)


def _require_known(organization: Organization, wanted: list[int]) -> None:
    """Raise ValidationError for departments that are not the organization's.

    Passed over, the last unknown one would make the role reach everybody.
    """
    known = Department.objects.filter(organization=organization, pk__in=wanted)
    if unknown := sorted(set(wanted) - set(known.values_list("pk", flat=True))):
        raise serializers.ValidationError(
            {"departments": _("There is no department %(id)s.") % {"id": unknown[0]}}
        )
