"""Cases of shared accounts over an organization's own API: read, answered, and what is asked.

The vendor never sees single people here: its keys are refused.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY, require_scope
from accounts.api.reading import body_of
from accounts.api.tenancy import caller_of, granter_of, not_found, of_organization, signed
from accounts.domain.scopes import Area
from accounts.errors import DomainError
from accounts.models import Organization
from seats.api.bulk import BulkSeatsSerializer, bulk_answer
from seats.domain.privacy import Visibility
from signals.domain.sharing.named import MOST_PEOPLE, Named
from signals.models import SharingCase, SharingPolicy
from signals.selectors.sharing_case import case_page
from signals.selectors.sharing_words import people_sentence_of
from signals.services.sharing_answers import MOST_SESSIONS, answer_case, choose_sharing_policy
from signals.services.sharing_people import seat_people

_MOST_DEVICES = 999


class OrganizationsOwnMatter(DomainError):
    """Single people's devices are shown to their organization, and never to the vendor."""

    code: ClassVar[str] = "organizations_own_matter"


class SharingCaseSerializer(serializers.ModelSerializer[SharingCase]):
    """An account that looks shared. No place, no address and no device is named."""

    member = serializers.CharField(source="membership.external_id")
    state = serializers.CharField(help_text="`open`, `answered` or `cleared`")
    sentence = serializers.SerializerMethodField(help_text="how many people it looks like")
    answer = serializers.CharField(help_text="empty without one")

    class Meta:
        model = SharingCase
        fields: tuple[str, ...] = (
            *("id", "member", "state", "probability", "at_least", "about", "sentence"),
            *("opened_at", "first_day", "last_day", "answer", "closed_at", "quiet_until"),
        )

    def get_sentence(self, case: SharingCase) -> str:
        """Return the figures in words."""
        return people_sentence_of(case.at_least, case.about)


class CaseEvidenceSerializer(serializers.Serializer[Any]):
    """What was seen, in words; `weight` is what it adds to the log odds."""

    kind = serializers.CharField()
    weight = serializers.FloatField()
    sentence = serializers.CharField()


class CaseDeviceSerializer(serializers.Serializer[Any]):
    """A device of the timeline; an answer names it by its number."""

    number = serializers.IntegerField()
    name = serializers.CharField()


class WholeCaseSerializer(SharingCaseSerializer):
    """A case with its evidence, and the devices that an answer may name."""

    missing_seats = serializers.IntegerField(help_text="more would give each person one")
    evidence = CaseEvidenceSerializer(many=True)
    devices = CaseDeviceSerializer(many=True)

    class Meta(SharingCaseSerializer.Meta):
        fields: tuple[str, ...] = (
            *SharingCaseSerializer.Meta.fields,
            *("missing_seats", "evidence", "devices"),
        )


class CaseAnswerSerializer(serializers.Serializer[Any]):
    """What somebody knows about the account."""

    answer = serializers.ChoiceField(choices=SharingCase.Answer.choices)
    devices = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=_MOST_DEVICES),
        default=list,
        max_length=_MOST_DEVICES,
        help_text="numbers of those that are the person's own, for `device_is_mine`",
    )


class SharingPolicySerializer(serializers.Serializer[Any]):
    """What accounts of the likeliest cases are asked at sign-in; nobody is ever blocked."""

    measure = serializers.ChoiceField(choices=SharingPolicy.Measure.choices)
    sessions = serializers.IntegerField(
        min_value=1, max_value=MOST_SESSIONS, default=2, help_text="open ones at most, for `cap`"
    )


class PersonOfAccountSerializer(serializers.Serializer[Any]):
    """Somebody who works with the account; added to the list of people if not in it."""

    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=150, default="", allow_blank=True)


class PeopleOfAccountSerializer(serializers.Serializer[Any]):
    """Who works with the account, in the order in which seats are given."""

    people = serializers.ListField(
        child=PersonOfAccountSerializer(), min_length=1, max_length=MOST_PEOPLE
    )


type _Handler = Callable[..., Response]


def _own(handler: _Handler) -> _Handler:
    """Let in keys of an organization that shows more of usage than totals."""

    @wraps(handler)
    def wrapped(
        self: ApiView, request: Request, organization: Organization, **named: Any
    ) -> Response:
        if caller_of(request).api_key.is_vendor_wide:
            raise OrganizationsOwnMatter(
                _("People's devices are shown to keys of their own organization alone.")
            )
        if organization.usage_visibility == Visibility.TOTALS:
            raise Http404
        return handler(self, request, organization, **named)

    return of_organization(wrapped)


class SharingCasesView(ApiView):
    """The cases of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE
    pagination_class = ordered_by("-opened_at", "-pk")

    @extend_schema(
        operation_id="sharing_cases_list",
        summary="Accounts that look shared",
        description=(
            "Newest first, closed ones too. A vendor-wide key answers 409 "
            "`organizations_own_matter`; 404 where totals of usage are shown alone."
        ),
        responses={200: SharingCaseSerializer(many=True)},
        tags=["sharing"],
    )
    @_own
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of cases."""
        found = SharingCase.objects.select_related("membership").filter(organization=organization)
        return listed(self, request, found, SharingCaseSerializer)


class SharingCaseView(ApiView):
    """One case."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="sharing_cases_read",
        summary="An account that looks shared, with the evidence",
        description="Evidence is deleted 30 days after the case closed. A vendor-wide key answers "
        "409 `organizations_own_matter`.",
        responses={200: WholeCaseSerializer},
        tags=["sharing"],
    )
    @_own
    def get(self, request: Request, organization: Organization, shared_id: int) -> Response:
        """Return the case."""
        return _whole(_case(organization, shared_id))


class SharingCaseAnswerView(ApiView):
    """The answer."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="sharing_cases_answer",
        summary="Say what an account that looks shared is",
        description=(
            "Closes the case; the same answer twice is once, another one 409 "
            "`sharing_case_closed`. `device_is_mine` without a device is 422 `device_missing`."
        ),
        request=CaseAnswerSerializer,
        responses={200: SharingCaseSerializer},
        tags=["sharing"],
    )
    @_own
    def post(self, request: Request, organization: Organization, shared_id: int) -> Response:
        """Close the case."""
        _case(organization, shared_id)
        given = body_of(request, CaseAnswerSerializer)
        answer_case(
            organization_id=organization.pk,
            case_id=shared_id,
            answer=SharingCase.Answer(given["answer"]),
            devices=given["devices"],
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response(SharingCaseSerializer(_case(organization, shared_id)).data)


class SharingCasePeopleView(ApiView):
    """The people behind an account."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="sharing_cases_name_people",
        summary="Name who works with an account, and give each a seat",
        description=(
            "Who is not in the list of people is added. Free seats are given in the given order; "
            "for whom none was left is said with what the missing seats cost now, and nobody is "
            "charged by it. Once each has a seat the case is closed. Takes `seats:write` besides. "
            "A closed case answers 409 `sharing_case_closed`."
        ),
        request=PeopleOfAccountSerializer,
        responses={200: BulkSeatsSerializer},
        tags=["sharing"],
    )
    @_own
    def post(self, request: Request, organization: Organization, shared_id: int) -> Response:
        """Name and seat them."""
        require_scope(request, Area.SEATS, writes=True)
        _case(organization, shared_id)
        given = body_of(request, PeopleOfAccountSerializer)["people"]
        result = seat_people(
            organization_id=organization.pk,
            case_id=shared_id,
            people=[Named(" ".join(each["name"].split()), each["email"]) for each in given],
            granter=granter_of(request),
            **signed(request),
        )
        return bulk_answer(organization, result)


class SharingPolicyView(ApiView):
    """What is asked."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS

    @extend_schema(
        operation_id="sharing_policy_read",
        summary="What accounts that look shared are asked at sign-in",
        description="`off` unless somebody chose otherwise. A vendor-wide key answers 409 "
        "`organizations_own_matter`.",
        responses={200: SharingPolicySerializer},
        tags=["sharing"],
    )
    @_own
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the policy."""
        return _policy(organization)

    @extend_schema(
        operation_id="sharing_policy_choose",
        summary="Choose what accounts that look shared are asked at sign-in",
        description="It holds from the next sign-in on.",
        request=SharingPolicySerializer,
        responses={200: SharingPolicySerializer},
        tags=["sharing"],
    )
    @_own
    def put(self, request: Request, organization: Organization) -> Response:
        """Choose the policy."""
        given = body_of(request, SharingPolicySerializer)
        choose_sharing_policy(
            organization_id=organization.pk,
            measure=SharingPolicy.Measure(given["measure"]),
            sessions=given["sessions"],
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return _policy(organization)


def _case(organization: Organization, shared_id: int) -> SharingCase:
    with not_found():
        return SharingCase.objects.select_related("membership").get(
            pk=shared_id, organization=organization
        )


def _whole(case: SharingCase) -> Response:
    page = case_page(case)
    data: Any = SharingCaseSerializer(case).data
    evidence: Any = CaseEvidenceSerializer(page.evidence, many=True).data
    devices = [{"number": number, "name": name} for number, name in page.devices]
    return Response(
        {**data, "missing_seats": page.missing, "evidence": evidence, "devices": devices}
    )


def _policy(organization: Organization) -> Response:
    found = SharingPolicy.objects.filter(pk=organization.pk).first()
    return Response(
        SharingPolicySerializer(found or {"measure": SharingPolicy.Measure.OFF, "sessions": 2}).data
    )
