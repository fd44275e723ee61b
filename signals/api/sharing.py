"""`GET /api/v1/signals/sharing`: how likely accounts are shared."""

from datetime import date
from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import CursorPages
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import query_of
from accounts.api.tenancy import caller_of
from accounts.domain.scopes import Area
from accounts.errors import DomainError
from accounts.models import Organization
from accounts.tenancy import organization_context
from signals.api.context import context_of
from signals.domain.sharing.evidence import Kind
from signals.models import SharingOverview
from signals.selectors.sharing import (
    MOST_MEMBERS_AT_ONCE,
    members_as_of,
    organization_as_of,
    organizations_of,
    scored_members,
    scores_shown,
    shown_organizations,
)


class TooManyMembers(DomainError):
    """A past day of a large organization is not scored while somebody waits."""

    code: ClassVar[str] = "too_many_members"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "as_of"


class SharingPeopleSerializer(serializers.Serializer[Any]):
    """How many people use an account."""

    at_least = serializers.IntegerField(help_text="people whom the evidence separates")
    about = serializers.IntegerField(help_text="counts devices that are in use at once, too")


class SharingEvidenceSerializer(serializers.Serializer[Any]):
    """One kind of evidence. No place, no address and no device is named."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind])
    amount = serializers.FloatField(help_text="how much was observed, in the kind's own unit")
    weight = serializers.FloatField(help_text="what it adds to the log odds; 0 weighs nothing")
    sentence = serializers.CharField(help_text="the same for people")


class SharedMemberSerializer(serializers.Serializer[Any]):
    """One member's score."""

    organization = serializers.CharField(help_text="external id")
    member = serializers.CharField(help_text="as events name the member")
    probability = serializers.FloatField(help_text="that more than one person uses the account")
    people = SharingPeopleSerializer(source="*")
    sentence = serializers.CharField(help_text="how many people it looks like, in words")
    evidence = SharingEvidenceSerializer(many=True, help_text="the heaviest first")
    step = serializers.CharField(
        help_text="none, watched, counted, named or measured; empty with a past `as_of`"
    )
    case = serializers.CharField(help_text="open, answered, cleared or empty")
    answer = serializers.CharField(help_text="what the organization answered, or empty")
    scored_on = serializers.DateField(help_text="the last day that is in the score (UTC)")


class SharingOrganizationSerializer(serializers.Serializer[Any]):
    """What the members of an organization add up to."""

    organization = serializers.CharField(help_text="external id")
    scored_on = serializers.DateField(allow_null=True)
    members = serializers.IntegerField(help_text="members with a score")
    expected_unpaid_people = serializers.FloatField(
        help_text="sum of probability x people without a seat of their own"
    )
    alert = serializers.BooleanField(help_text="from 1.0 expected people")
    is_current = serializers.BooleanField(
        help_text="false while usage has come in that no run has seen; look again in a minute"
    )


class SharingQuery(serializers.Serializer[Any]):
    """Whose scores, and as of when."""

    organization = serializers.CharField(required=False, help_text="external id")
    member = serializers.CharField(required=False, help_text="as events name the member")
    as_of = serializers.DateField(
        required=False,
        help_text="scores as of this day (UTC) instead of the last one, up to 35 days back; "
        "with a vendor-wide key also name the organization",
    )
    min_probability = serializers.FloatField(min_value=0, max_value=1, default=0.0)


class _Steady(CursorPages):
    # A score keeps its number when it is replaced by the next run.
    ordering = ("pk",)
    page_size = 200
    page_size_query_param = "limit"
    max_page_size = 1000


class SharingList(ApiView):
    """The scores of members."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="list_shared_accounts",
        summary="How likely accounts are shared",
        description=(
            "Every member with at least 14 days of history and 5 active days, with the "
            "probability that more than one person uses the account, how many people it looks "
            "like, and the evidence in words. Usage is scored within minutes after it came in, as "
            "of the organization's last day with usage. `organizations` sums up those on the "
            "page. A key of an organization sees its own, a vendor-wide key all. Organizations "
            "that show totals only are not scored."
        ),
        parameters=[
            SharingQuery,
            OpenApiParameter("cursor", str),
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": 1000},
                description="results a page",
            ),
        ],
        responses={
            200: inline_serializer(
                "SharedAccounts",
                {
                    "next": serializers.URLField(allow_null=True),
                    "previous": serializers.URLField(allow_null=True),
                    "organizations": SharingOrganizationSerializer(many=True),
                    "results": SharedMemberSerializer(many=True),
                },
            )
        },
        tags=["signals"],
    )
    def get(self, request: Request) -> Response:
        """Answer in the tenancy context of the key."""
        wanted = query_of(request, SharingQuery)
        on, least, member = (
            wanted.get("as_of"),
            wanted["min_probability"],
            wanted.get("member"),
        )
        with context_of(request):
            organizations = shown_organizations()
            if named := wanted.get("organization"):
                organizations = organizations.filter(external_id=named)
                if not organizations.exists():
                    raise Http404
            elif not caller_of(request).api_key.is_vendor_wide and not organizations.exists():
                raise Http404
            earlier = (
                SharingOverview.objects.filter(organization__in=organizations, scored_on__gt=on)
                if on
                else SharingOverview.objects.none()
            )
            past = list(earlier.select_related("organization")[:2])
            if not past:
                return self._stored(request, organizations, least, member)
        if len(past) > 1 or not (named or caller_of(request).api_key.organization_id):
            raise ValidationError({"organization": ["Name the organization whose past you ask."]})
        return _past(past[0], on or date.min, least, member)

    def _stored(
        self, request: Request, organizations: Any, least: float, member: str | None
    ) -> Response:
        scores = scores_shown(organizations).filter(probability__gte=least)
        if member:
            by_key = scores.filter(membership__external_id=member)
            scores = by_key if by_key.exists() else scores.filter(membership__email__iexact=member)
        paginator = _Steady()
        page: Any = paginator.paginate_queryset(scores, request, view=self) or []
        return Response(
            {
                "next": paginator.get_next_link(),
                "previous": paginator.get_previous_link(),
                "organizations": SharingOrganizationSerializer(
                    organizations_of(page), many=True
                ).data,
                "results": SharedMemberSerializer(scored_members(page), many=True).data,
            }
        )


def _past(overview: SharingOverview, on: date, least: float, member: str | None) -> Response:
    if overview.members > MOST_MEMBERS_AT_ONCE:
        raise TooManyMembers(
            f"A past day is scored for at most {MOST_MEMBERS_AT_ONCE:,} members. "
            "Leave `as_of` out for the last run."
        )
    organization: Organization = overview.organization
    with organization_context(organization.pk):
        found = members_as_of(organization, on)
        sums = organization_as_of(organization, on)
    shown = [
        each
        for each in found
        if each.probability >= least and (not member or each.member == member)
    ]
    return Response(
        {
            "next": None,
            "previous": None,
            "organizations": [SharingOrganizationSerializer(sums).data],
            "results": SharedMemberSerializer(shown, many=True).data,
        }
    )
