"""The review of a true-up over the API, for the organization that is charged."""

from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import body_of, query_of
from accounts.api.tenancy import caller_of, not_found, of_organization
from accounts.domain.scopes import Area
from accounts.errors import DomainError
from accounts.models import Organization
from seats.api.lookups import MOST_AT_ONCE, members_named
from trueups.api.serializers import TrueUpDetailSerializer, TrueUpSerializer
from trueups.models import LineComment, PersonEvidence, TrueUp
from trueups.selectors.evidence import evidence_people, shows_evidence
from trueups.services.evidence import open_evidence
from trueups.services.review import (
    comment_line,
    decide,
    dispute_line,
    submit_review,
    withdraw_dispute,
)

_SHOWN = [*PersonEvidence.Decision.values, "everybody"]


class EvidenceIsClosed(DomainError):
    """The organization shows totals only, and nobody has opened the evidence with a reason."""

    code: ClassVar[str] = "evidence_is_closed"


class PersonEvidenceSerializer(serializers.ModelSerializer[PersonEvidence]):
    """One person with a seat at the end of the quarter, and what was decided."""

    member = serializers.CharField(source="membership.external_id")
    decided_by = serializers.CharField(source="decided_by_label")

    class Meta:
        model = PersonEvidence
        fields = (
            *("member", "name", "department", "assigned_since", "last_active_on", "active_days"),
            *("features", "is_inactive", "is_offered", "decision", "reason", "decided_by"),
            "decided_at",
        )


class PeopleQuerySerializer(serializers.Serializer[Any]):
    """Which people a list shows."""

    show = serializers.ChoiceField(choices=_SHOWN, required=False, default="")
    q = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class ReviewDecisionSerializer(serializers.Serializer[Any]):
    """What is decided about whom; keeping and removing need a reason."""

    members = serializers.ListField(
        child=serializers.CharField(max_length=254), min_length=1, max_length=MOST_AT_ONCE
    )
    decision = serializers.ChoiceField(choices=PersonEvidence.Decision.choices)
    reason = serializers.CharField(max_length=300, default="", allow_blank=True)


class OpeningSerializer(serializers.Serializer[Any]):
    """Why single people's usage is read; everybody can read the reason."""

    reason = serializers.CharField(max_length=300)


class SubmitSerializer(serializers.Serializer[Any]):
    """The total that was read, in minor units."""

    total_minor = serializers.IntegerField(min_value=-(2**53), max_value=2**53)


class LineCommentSerializer(serializers.ModelSerializer[LineComment]):
    """A remark on a line, or a dispute of it with its answer."""

    author = serializers.CharField(source="author_label")
    answered_by = serializers.CharField(source="answered_by_label")

    class Meta:
        model = LineComment
        fields = (
            *("id", "line", "kind", "state", "text", "is_by_vendor", "author", "created_at"),
            *("answer", "answered_by", "closed_at"),
        )


class LineTextSerializer(serializers.Serializer[Any]):
    """What is said of a line."""

    text = serializers.CharField(max_length=1000)
    kind = serializers.ChoiceField(
        choices=LineComment.Kind.choices,
        default=LineComment.Kind.DISPUTE,
        help_text="a dispute keeps the true-up from being signed until it is answered",
    )


class OwnTrueUpsView(ApiView):
    """The true-ups of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.TRUE_UPS
    pagination_class = ordered_by("-snapshot_at", "-pk")

    @extend_schema(
        operation_id="organization_true_ups",
        summary="True-ups of an organization",
        description="The latest first, without those that are not counted yet.",
        responses={200: TrueUpSerializer(many=True)},
        tags=["true-ups"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of true-ups."""
        found = TrueUp.objects.filter(organization=organization, snapshot_at__isnull=False)
        return listed(self, request, found.select_related("organization"), TrueUpSerializer)


class OwnTrueUpView(ApiView):
    """One true-up."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.TRUE_UPS

    @extend_schema(
        operation_id="organization_true_up",
        summary="A true-up with lines and evidence in numbers",
        responses={200: TrueUpDetailSerializer},
        tags=["true-ups"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, true_up_id: UUID) -> Response:
        """Return the true-up."""
        return _answer(organization, true_up_id)


class TrueUpPeopleView(ApiView):
    """The evidence per person."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.TRUE_UPS
    pagination_class = ordered_by("name", "pk")

    @extend_schema(
        operation_id="true_up_people",
        summary="Evidence of a true-up, person by person",
        description="Those who may be removed, without `show`. Nobody where the organization shows "
        "totals only and the evidence was not opened.",
        parameters=[PeopleQuerySerializer],
        responses={200: PersonEvidenceSerializer(many=True)},
        tags=["true-ups"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, true_up_id: UUID) -> Response:
        """Return one page of people."""
        asked = query_of(request, PeopleQuerySerializer)
        found = evidence_people(
            _found(organization, true_up_id), show=asked["show"], search=asked["q"]
        )
        return listed(self, request, found.select_related("membership"), PersonEvidenceSerializer)


class TrueUpOpenView(ApiView):
    """Opening the evidence."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.TRUE_UPS

    @extend_schema(
        operation_id="true_up_open_evidence",
        summary="Open the evidence per person",
        description="With a reason that everybody can read; where totals are shown only.",
        request=OpeningSerializer,
        responses={200: TrueUpDetailSerializer},
        tags=["true-ups"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, true_up_id: UUID) -> Response:
        """Open the evidence."""
        open_evidence(
            organization_id=organization.pk,
            true_up_id=_found(organization, true_up_id).pk,
            actor=caller_of(request).actor,
            now=timezone.now(),
            **body_of(request, OpeningSerializer),
        )
        return _answer(organization, true_up_id)


class TrueUpDecisionsView(ApiView):
    """Deciding about people."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.TRUE_UPS

    @extend_schema(
        operation_id="true_up_decide",
        summary="Keep or remove people in a review",
        description="All of them or none; `undecided` takes a decision back. The amount follows.",
        request=ReviewDecisionSerializer,
        responses={200: TrueUpDetailSerializer},
        tags=["true-ups"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, true_up_id: UUID) -> Response:
        """Decide."""
        given = body_of(request, ReviewDecisionSerializer)
        found = _found(organization, true_up_id)
        if not shows_evidence(found):
            raise EvidenceIsClosed("Open the evidence per person first.")
        decide(
            organization_id=organization.pk,
            true_up_id=found.pk,
            membership_ids=[p.pk for p in members_named(organization, given["members"])],
            decision=given["decision"],
            reason=given["reason"],
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return _answer(organization, true_up_id)


class TrueUpSubmitView(ApiView):
    """Handing over."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.TRUE_UPS

    @extend_schema(
        operation_id="true_up_submit",
        summary="Hand a true-up to the vendor's finance",
        description="With the total that was read; another one by now is refused. A person of the "
        "vendor's finance signs.",
        request=SubmitSerializer,
        responses={200: TrueUpDetailSerializer},
        tags=["true-ups"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, true_up_id: UUID) -> Response:
        """Submit the review."""
        submit_review(
            organization_id=organization.pk,
            true_up_id=_found(organization, true_up_id).pk,
            actor=caller_of(request).actor,
            now=timezone.now(),
            **body_of(request, SubmitSerializer),
        )
        return _answer(organization, true_up_id)


class TrueUpCommentsView(ApiView):
    """Remarks and disputes."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.TRUE_UPS

    @extend_schema(
        operation_id="true_up_comment",
        summary="Dispute a line, or remark on it",
        request=LineTextSerializer,
        responses={201: LineCommentSerializer},
        tags=["true-ups"],
    )
    @of_organization
    def post(
        self, request: Request, organization: Organization, true_up_id: UUID, line_id: int
    ) -> Response:
        """Say something of the line."""
        given = body_of(request, LineTextSerializer)
        common: dict[str, Any] = {
            "organization_id": organization.pk,
            "true_up_id": _found(organization, true_up_id).pk,
            "line_id": line_id,
            "text": given["text"],
            "actor": caller_of(request).actor,
            "now": timezone.now(),
        }
        with not_found():
            made = (
                dispute_line(**common)
                if given["kind"] == LineComment.Kind.DISPUTE
                else comment_line(is_by_vendor=False, **common)
            )
        return Response(LineCommentSerializer(made).data, status=201)


class TrueUpDisputeWithdrawView(ApiView):
    """Taking a dispute back."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.TRUE_UPS

    @extend_schema(
        operation_id="true_up_dispute_withdraw",
        summary="Take a dispute back",
        request=None,
        responses={200: LineCommentSerializer},
        tags=["true-ups"],
    )
    @of_organization
    def post(
        self, request: Request, organization: Organization, true_up_id: UUID, comment_id: int
    ) -> Response:
        """Withdraw the dispute."""
        found = get_object_or_404(
            LineComment, pk=comment_id, line__true_up=_found(organization, true_up_id)
        )
        withdrawn = withdraw_dispute(
            organization_id=organization.pk,
            true_up_id=true_up_id,
            comment_id=found.pk,
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response(LineCommentSerializer(withdrawn).data)


def _found(organization: Organization, true_up_id: UUID) -> TrueUp:
    return get_object_or_404(
        TrueUp, organization=organization, pk=true_up_id, snapshot_at__isnull=False
    )


def _answer(organization: Organization, true_up_id: UUID) -> Response:
    found = get_object_or_404(
        TrueUp.objects.select_related("organization").prefetch_related("lines"),
        organization=organization,
        pk=true_up_id,
        snapshot_at__isnull=False,
    )
    return Response(TrueUpDetailSerializer(found).data)
