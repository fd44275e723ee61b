"""One person over the API: read, changed, shut out and let in again; and lists by filters."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import all_of, body_of, query_of
from accounts.api.tenancy import caller_of, granter_of, of_organization
from accounts.domain.scopes import Area
from accounts.models import Membership, Organization
from accounts.services.people import (
    change_person,
    change_role,
    deactivate_person,
    reactivate_person,
)
from seats.api.lookups import department_id_of, member_named, people_of, region_id_of
from seats.api.serializers import MemberSerializer, UsedFeatureSerializer
from seats.selectors.member_usage import features_used, member_usage
from seats.selectors.people_list import LONGEST_INACTIVE, People, PeopleFilter, PeopleQuery

SHOWN = ["present", *(each.value for each in PeopleFilter if each.value)]


class PeopleQuerySerializer(serializers.Serializer[Any]):
    """Which people a list shows."""

    show = serializers.ChoiceField(
        choices=SHOWN,
        required=False,
        default="",
        help_text="whom to list: `present` is who is not deactivated; without it, everybody",
    )
    q = serializers.CharField(
        max_length=200,
        required=False,
        default="",
        allow_blank=True,
        help_text="words in name, address, member id, title, department",
    )
    department = serializers.CharField(
        max_length=120, required=False, help_text="a name; `none` for people without one"
    )
    region = serializers.CharField(
        max_length=120, required=False, help_text="a name; `none` for people without one"
    )
    title = serializers.CharField(
        max_length=150,
        required=False,
        default="",
        allow_blank=True,
        help_text="a job title, as it is written",
    )
    inactive_days = serializers.IntegerField(
        min_value=1,
        max_value=LONGEST_INACTIVE,
        required=False,
        help_text="not active for so many days, at most a year",
    )
    power = serializers.BooleanField(required=False, default=False, help_text="power users alone")


def asked_people(request: Request, organization: Organization) -> Any:
    """Return the people that the address asks for; by usage only where it is shown."""
    asked = query_of(request, PeopleQuerySerializer)
    query = PeopleQuery(
        filter=PeopleFilter(asked["show"].replace("present", "")),
        department=_named(department_id_of, organization, asked.get("department")),
        region=_named(region_id_of, organization, asked.get("region")),
        level=asked["title"],
        inactive=asked.get("inactive_days", 0),
        is_power=asked["power"],
        search=asked["q"],
    )
    people = People(query, organization_id=organization.pk, now=timezone.now())
    found = people.matching(with_deactivated=not asked["show"])
    return found.select_related("department", "region")


def _named(find: Any, organization: Organization, name: str | None) -> int | None:
    found: int | None = None if name is None else find(organization, name)
    return found


def member_answer(membership: Membership, status: int = 200) -> Response:
    """Return one person as the API shows everybody."""
    (row,) = member_usage(
        organization_id=membership.organization_id, now=timezone.now(), memberships=[membership]
    )
    data: Any = MemberSerializer(row).data
    return Response(data, status=status)


class ChangedMemberSerializer(serializers.Serializer[Any]):
    """What to change of a person; what is left out stays as it is."""

    name = serializers.CharField(max_length=150, required=False, allow_blank=True)
    title = serializers.CharField(max_length=150, required=False, allow_blank=True)
    department = serializers.CharField(
        max_length=120, required=False, allow_blank=True, help_text="A name; a new one is made."
    )
    region = serializers.CharField(
        max_length=120, required=False, allow_blank=True, help_text="A name; a new one is made."
    )
    role = serializers.ChoiceField(
        choices=Membership.Role.choices,
        required=False,
        help_text="`owner` needs a vendor-wide key.",
    )


class MemberView(ApiView):
    """One person."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="members_read",
        summary="Read a person",
        description="`member` is the member id of usage events, or the e-mail address.",
        responses={200: MemberSerializer},
        tags=["people"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, member: str) -> Response:
        """Return the person."""
        return member_answer(member_named(organization, member))

    @extend_schema(
        operation_id="members_change",
        summary="Change a person",
        description=(
            "Name, title, department, region and role. Answers 403 `role_not_yours_to_give` and "
            "409 `nobody_left_in_charge` for the last owner or admin."
        ),
        request=ChangedMemberSerializer,
        responses={200: MemberSerializer},
        tags=["people"],
    )
    @of_organization
    def patch(self, request: Request, organization: Organization, member: str) -> Response:
        """Change what is sent, all or nothing."""
        given = body_of(request, ChangedMemberSerializer)
        person = member_named(organization, member)
        common: dict[str, Any] = {
            "organization_id": organization.pk,
            "membership_id": person.pk,
            "actor": caller_of(request).actor,
            "now": timezone.now(),
        }
        if role := given.pop("role", None):
            change_role(role=role, granter=granter_of(request), **common)
        if given:
            facts = {
                "name": person.name,
                "title": person.title,
                "department": person.department.name if person.department else "",
            }
            change_person(**facts | given, **common)
        return member_answer(people_of(organization).get(pk=person.pk))


class MemberDeactivateView(ApiView):
    """Shutting a person out."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="members_deactivate",
        summary="Deactivate a person",
        description=(
            "They can no longer sign in, their seat is free, and they no longer wait for one. "
            "Twice is once. Answers 409 `nobody_left_in_charge` for the last owner or admin."
        ),
        request=None,
        responses={200: MemberSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, member: str) -> Response:
        """Deactivate the person."""
        person = deactivate_person(
            organization_id=organization.pk,
            membership_id=member_named(organization, member).pk,
            granter=granter_of(request),
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return member_answer(people_of(organization).get(pk=person.pk))


class MemberReactivateView(ApiView):
    """Letting a person in again."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="members_reactivate",
        summary="Reactivate a person",
        description="They may sign in again, without a seat. Twice is once.",
        request=None,
        responses={200: MemberSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, member: str) -> Response:
        """Reactivate the person."""
        person = reactivate_person(
            organization_id=organization.pk,
            membership_id=member_named(organization, member).pk,
            granter=granter_of(request),
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return member_answer(people_of(organization).get(pk=person.pk))


class MemberFeaturesView(ApiView):
    """The features that one person uses."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.USAGE

    @extend_schema(
        operation_id="members_features",
        summary="Features that a person uses",
        description="The latest used first; none where the organization shows totals only.",
        responses={200: UsedFeatureSerializer(many=True)},
        tags=["usage"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, member: str) -> Response:
        """Return the features."""
        found = features_used(membership=member_named(organization, member), now=timezone.now())
        return all_of(UsedFeatureSerializer, found)
