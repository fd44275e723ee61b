"""Requests for purchases for programs. A program asks and withdraws; deciding is for people."""

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import CursorPages
from accounts.api.permissions import ANY_KEY
from accounts.api.persons import DecidedByAPerson
from accounts.api.tenancy import caller_of, of_organization, signed
from accounts.domain.roles import Permission
from accounts.domain.scopes import Area
from accounts.errors import DomainError
from accounts.models import Membership, Organization
from billing.hooks import OrderKind
from procurement.models import ApprovalDecision, PurchaseRequest
from procurement.selectors.requests import requests_of
from procurement.services.requests import Wanted, make_request, withdraw

_LONGEST = 2000


class RequesterUnknown(DomainError):
    """Nobody of the organization who buys has this address."""

    code: ClassVar[str] = "requester_unknown"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "requested_by"


class AskSerializer(serializers.Serializer[Any]):
    """What to ask for, and who asks."""

    quote = serializers.UUIDField(help_text="A quote of the organization, see `quote_seats`.")
    requested_by = serializers.EmailField(
        help_text="Somebody of the organization who buys: never an approver of this request."
    )
    reason = serializers.CharField(max_length=_LONGEST)
    cost_centre = serializers.CharField(max_length=60, default="", allow_blank=True)
    po_number = serializers.CharField(max_length=30, default="", allow_blank=True)


class DecisionSerializer(serializers.ModelSerializer[ApprovalDecision]):
    """One decision; `step` counts from 1, `instead_of` is who delegated."""

    step = serializers.SerializerMethodField()
    approver = serializers.CharField(source="approver.display_name")
    instead_of = serializers.CharField(source="instead_of.display_name", default="")

    class Meta:
        model = ApprovalDecision
        fields = ["round", "step", "verdict", "approver", "instead_of", "note", "at"]

    @extend_schema_field(OpenApiTypes.INT)
    def get_step(self, decision: ApprovalDecision) -> int:
        """Return the step as people count."""
        return decision.step + 1


class ApprovalRequestSerializer(serializers.ModelSerializer[PurchaseRequest]):
    """A request with its decisions; amounts are minor units of `currency`."""

    number = serializers.CharField(source="__str__", read_only=True)
    requested_by = serializers.CharField(source="requester.email", read_only=True)
    steps = serializers.SerializerMethodField()
    decisions = DecisionSerializer(many=True, read_only=True)
    page = serializers.SerializerMethodField()

    class Meta:
        model = PurchaseRequest
        fields = [
            "id",
            "number",
            "kind",
            "state",
            "requested_by",
            "reason",
            "cost_centre",
            "po_number",
            "quote",
            "quantity_from",
            "quantity_to",
            "currency",
            "now_minor",
            "recurring_minor",
            "annual_minor",
            "step",
            "steps",
            "round",
            "decisions",
            "differences",
            "purchase",
            "problem_code",
            "problem",
            "created_at",
            "approved_at",
            "ended_at",
            "expires_at",
            "page",
        ]
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.INT)
    def get_steps(self, request: PurchaseRequest) -> int:
        """Return how many approvals it needs."""
        return len(request.chain)

    @extend_schema_field(OpenApiTypes.URI)
    def get_page(self, request: PurchaseRequest) -> str:
        """Return where people decide."""
        path = reverse("purchase_request", args=[request.organization.slug, request.pk])
        return f"{settings.BASE_URL}{path}"


class _Newest(CursorPages):
    ordering = ("-created_at", "-id")


class PurchaseRequestsView(ApiView):
    """Requests of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.REQUESTS
    pagination_class = _Newest

    @extend_schema(
        operation_id="purchase_requests",
        summary="Purchases that were asked for",
        description="The newest first. `differences` says what moved when one was sent back.",
        responses={200: ApprovalRequestSerializer(many=True)},
        tags=["procurement"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return a page of requests."""
        found = _with_all(requests_of(organization.pk))
        paginator = _Newest()
        page: list[PurchaseRequest] = paginator.paginate_queryset(found, request, view=self) or []
        return paginator.get_paginated_response(ApprovalRequestSerializer(page, many=True).data)

    @extend_schema(
        operation_id="ask_for_purchase",
        summary="Ask for the approval of a purchase",
        description=(
            "For a quote above the organization's own threshold, whose purchase answers 409 "
            "`approval_needed`. Below it the answer is 409 `approval_not_needed`: buy it. Once "
            "everybody has approved, today's price is compared with the quote's, and the seats "
            "are bought for `requested_by`, or the request is `sent_back`."
        ),
        request=AskSerializer,
        responses={201: ApprovalRequestSerializer},
        tags=["procurement"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Ask."""
        asked = AskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given, actor = asked.validated_data, caller_of(request).actor
        requester = member_named(organization, given["requested_by"], Permission.SEATS_BUY)
        if requester is None:
            raise RequesterUnknown(_("Nobody of the organization who buys has this address."))
        made = make_request(
            organization_id=organization.pk,
            requester_id=requester.pk,
            wanted=Wanted(OrderKind.PURCHASE, quote_id=given["quote"]),
            reason=given["reason"],
            cost_centre=given["cost_centre"],
            po_number=given["po_number"],
            asked_through=actor.label,
            actor=actor,
            now=timezone.now(),
        )
        return Response(body_of_request(organization, made.pk), status=status.HTTP_201_CREATED)


class PurchaseRequestView(ApiView):
    """One request."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.REQUESTS

    @extend_schema(
        operation_id="purchase_request",
        summary="A request with its decisions",
        responses={200: ApprovalRequestSerializer},
        tags=["procurement"],
    )
    @of_organization
    def get(
        self, request: Request, organization: Organization, purchase_request_id: UUID
    ) -> Response:
        """Return the request."""
        return Response(body_of_request(organization, purchase_request_id))


class PurchaseRequestWithdrawView(ApiView):
    """Taking a request back."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.REQUESTS

    @extend_schema(
        operation_id="withdraw_purchase_request",
        summary="Take a request back",
        description="Possible until it is being bought.",
        request=None,
        responses={200: ApprovalRequestSerializer},
        tags=["procurement"],
    )
    @of_organization
    def post(
        self, request: Request, organization: Organization, purchase_request_id: UUID
    ) -> Response:
        """Withdraw."""
        withdraw(
            organization_id=organization.pk,
            request_id=purchase_request_id,
            **signed(request),
        )
        return Response(body_of_request(organization, purchase_request_id))


class PurchaseRequestDecisionView(ApiView):
    """Deciding, which no key can do."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.REQUESTS

    @extend_schema(
        operation_id="decide_purchase_request",
        summary="Decide a request (always refused)",
        description=(
            "Always 409 `decided_by_a_person` with the `page` where a person who signed in "
            "decides: whoever holds a key could otherwise approve what they asked for."
        ),
        request=None,
        responses={409: OpenApiTypes.OBJECT},
        tags=["procurement"],
    )
    @of_organization
    def post(
        self, request: Request, organization: Organization, purchase_request_id: UUID
    ) -> Response:
        """Refuse, and say where it is decided."""
        raise DecidedByAPerson(
            _("A person who signed in decides this."),
            page=body_of_request(organization, purchase_request_id)["page"],
        )


def member_named(
    organization: Organization, email: str, permission: Permission
) -> Membership | None:
    """Return who has this address and may do that; None for nobody."""
    member = Membership.objects.filter(
        organization=organization,
        email__iexact=email,
        state=Membership.State.ACTIVE,
        user__isnull=False,
    ).first()
    return member if member is not None and member.may(permission) else None


def _with_all(found: Any) -> Any:
    return found.select_related("requester", "organization").prefetch_related(
        "decisions__approver", "decisions__instead_of"
    )


def body_of_request(organization: Organization, request_id: UUID) -> Any:
    """Return a request as an answer holds it; raises Http404."""
    found = _with_all(
        PurchaseRequest.objects.filter(organization=organization, pk=request_id)
    ).first()
    if found is None:
        raise Http404
    return ApprovalRequestSerializer(found).data
