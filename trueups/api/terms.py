"""What is agreed about true-ups, what the running quarter would come to, and true-ups as files."""

from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.files import FILE_RENDERERS
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY, VENDOR_KEY
from accounts.api.reading import body_of
from accounts.api.tenancy import caller_of, of_organization, signed
from accounts.domain.scopes import Area
from accounts.errors import DomainError
from accounts.models import Organization
from billing.api.documents import LANGUAGE, PdfRenderer, language_of, pdf_answer
from seats.selectors.people import seat_room
from seats.services.seats import assign_seat
from trueups.documents.statement import statement_document
from trueups.documents.tables import workbook_response
from trueups.documents.workbook import workbook_of
from trueups.domain.terms import Terms
from trueups.models import LockOut, TrueUp, TrueUpTerms
from trueups.selectors.evidence import shows_evidence
from trueups.selectors.returning import charge_with_tax
from trueups.selectors.sheet import Sheet, sheet_of
from trueups.selectors.simulation import what_if
from trueups.services.lock_outs import bring_back
from trueups.services.terms import approve_terms, terms_of


class NoAnnualTerm(DomainError):
    """True-ups charge what is left of a year, and there is none."""

    code: ClassVar[str] = "no_annual_term"


class AgreedTermsSerializer(serializers.Serializer[Any]):
    """What a contract says about true-ups; days as on the page of the terms."""

    is_enabled = serializers.BooleanField()
    policy = serializers.ChoiceField(choices=TrueUpTerms.Policy.choices)
    window_days = serializers.IntegerField(min_value=1, max_value=366)
    least_active_days = serializers.IntegerField(min_value=1, max_value=366)
    counts_sign_ins = serializers.BooleanField()
    review_days = serializers.IntegerField(min_value=1, max_value=60)
    review_default = serializers.ChoiceField(choices=TrueUpTerms.ReviewDefault.choices)
    lock_out_days = serializers.IntegerField(min_value=0, max_value=366)
    notice_days = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=366),
        max_length=10,
        help_text="Before the quarter ends, the earliest first.",
    )
    share_rule = serializers.ChoiceField(choices=TrueUpTerms.ShareRule.choices)
    quarter_basis = serializers.ChoiceField(choices=TrueUpTerms.QuarterBasis.choices)
    first_month = serializers.IntegerField(min_value=1, max_value=12)


class NewTermsSerializer(AgreedTermsSerializer):
    """The terms from the next quarter on, and why."""

    reason = serializers.CharField(max_length=500)


class ApprovedTermsSerializer(AgreedTermsSerializer):
    """The terms, who approved them and when; nobody while they are the usual ones."""

    approved_by = serializers.CharField(source="approved_by_label")
    approved_at = serializers.DateTimeField(allow_null=True)


class SimulatedPolicySerializer(serializers.Serializer[Any]):
    """A policy: what it brings if everybody stays, and if every inactive person is removed."""

    policy = serializers.CharField()
    is_agreed = serializers.BooleanField()
    peak_seats = serializers.IntegerField(source="water.peak_seats")
    overage_seats = serializers.IntegerField(source="keeping.overage_seats")
    inactive = serializers.IntegerField()
    keeping_minor = serializers.IntegerField(source="keeping.total_minor")
    removing_minor = serializers.IntegerField(source="removing.total_minor")


class TrueUpSimulationSerializer(serializers.Serializer[Any]):
    """The running quarter as if it ended now. Amounts are minor units, before tax."""

    reference = serializers.CharField()
    quarter_start = serializers.DateTimeField(source="quarter.start")
    quarter_end = serializers.DateTimeField(source="quarter.end")
    share = serializers.CharField(help_text="Of the term that is left, such as 3/4.")
    purchased = serializers.IntegerField()
    assigned = serializers.IntegerField()
    currency = serializers.CharField()
    policies = SimulatedPolicySerializer(many=True)


class LockOutSerializer(serializers.ModelSerializer[LockOut]):
    """Somebody who was removed; coming back before `until` charges `charge_minor`, tax included."""

    member = serializers.CharField(source="membership.external_id")
    true_up = serializers.CharField(source="true_up.reference")
    charge_minor = serializers.SerializerMethodField()

    class Meta:
        model = LockOut
        fields = (
            *("id", "member", "true_up", "removed_at", "until", "seats", "charge_minor"),
            *("currency", "reactivated_at"),
        )

    def get_charge_minor(self, lock_out: LockOut) -> int:
        """Return what a return charges."""
        return charge_with_tax(lock_out)


class TermsView(ApiView):
    """The terms of one organization."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.TRUE_UPS

    @extend_schema(
        operation_id="true_up_terms_read",
        summary="Read what is agreed with an organization about true-ups",
        description="The usual terms, with `approved_at` null, where nothing is agreed.",
        responses={200: ApprovedTermsSerializer},
        tags=["true-ups"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the terms."""
        return _terms(organization)

    @extend_schema(
        operation_id="true_up_terms_approve",
        summary="Approve the terms of true-ups",
        description="Whole. The quarter that runs keeps its own; terms that contradict "
        "themselves, or a monthly subscription, are 422 `true_up_terms_not_possible` with `about`.",
        request=NewTermsSerializer,
        responses={200: ApprovedTermsSerializer},
        tags=["true-ups"],
    )
    @of_organization
    def put(self, request: Request, organization: Organization) -> Response:
        """Approve the terms."""
        given = body_of(request, NewTermsSerializer)
        is_enabled, reason = given.pop("is_enabled"), given.pop("reason")
        approve_terms(
            organization_id=organization.pk,
            terms=terms_of(given),
            is_enabled=is_enabled,
            reason=reason,
            **signed(request),
        )
        return _terms(organization)


class TrueUpSimulationView(ApiView):
    """What the running quarter would come to."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.TRUE_UPS

    @extend_schema(
        operation_id="true_up_simulation",
        summary="Read what the coming true-up would be today, under each policy",
        description="Nothing is stored. Without an annual term it is 409 `no_annual_term`.",
        responses={200: TrueUpSimulationSerializer},
        tags=["true-ups"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the simulation."""
        found = what_if(organization_id=organization.pk, now=timezone.now())
        if found is None:
            raise NoAnnualTerm(
                _(
                    "True-ups charge what is left of a year, and this subscription has no annual "
                    "term."
                )
            )
        return Response(TrueUpSimulationSerializer(found).data)


class TrueUpPdfView(ApiView):
    """The statement."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.TRUE_UPS
    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(
        operation_id="true_up_pdf",
        summary="The statement of a true-up as PDF",
        parameters=[LANGUAGE],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        tags=["true-ups"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, true_up_id: UUID) -> Any:
        """Return the statement."""
        sheet = _sheet(request, organization, true_up_id)
        return pdf_answer(statement_document(sheet, language=language_of(request, organization)))


class TrueUpWorkbookView(ApiView):
    """The workbook."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.TRUE_UPS
    renderer_classes = FILE_RENDERERS

    @extend_schema(
        operation_id="true_up_workbook",
        summary="A true-up as a workbook with its formulas",
        description="XLSX. Evidence per person is in it where it may be read.",
        responses={(200, "*/*"): OpenApiTypes.BINARY},
        tags=["true-ups"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, true_up_id: UUID) -> Any:
        """Return the workbook."""
        sheet = _sheet(request, organization, true_up_id)
        with timezone.override(ZoneInfo(organization.time_zone)):
            name = f"true-up-{organization.slug}-{true_up_id}"
            return workbook_response(name, workbook_of(sheet))


class LockOutsView(ApiView):
    """Who was removed."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.TRUE_UPS
    pagination_class = ordered_by("-removed_at", "-pk")

    @extend_schema(
        operation_id="lock_outs_list",
        summary="List who was removed in a review, and what a return charges",
        description="The latest first.",
        responses={200: LockOutSerializer(many=True)},
        tags=["true-ups"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of them."""
        found = LockOut.objects.filter(organization=organization).select_related(
            "membership", "true_up"
        )
        return listed(self, request, found, LockOutSerializer)


class LockOutReturnView(ApiView):
    """Coming back."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.TRUE_UPS

    @extend_schema(
        operation_id="lock_outs_return",
        summary="Give somebody who was removed a seat again",
        description="A free one, else the one that their removal gave up: it is charged as it was "
        "credited, and there once it is paid.",
        request=None,
        responses={200: LockOutSerializer},
        tags=["true-ups"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, lock_out_id: int) -> Response:
        """Bring them back."""
        found = get_object_or_404(
            LockOut.objects.select_related("membership", "true_up"),
            pk=lock_out_id,
            organization=organization,
        )
        is_full = seat_room(organization_id=organization.pk).is_full
        come_back = bring_back if is_full and found.seats else assign_seat
        come_back(
            organization_id=organization.pk,
            membership_id=found.membership_id,
            **signed(request),
        )
        found.refresh_from_db()
        return Response(LockOutSerializer(found).data)


def _terms(organization: Organization) -> Response:
    stored = TrueUpTerms.objects.filter(organization=organization).first()
    agreed = stored.terms() if stored else Terms()
    activity = agreed.activity
    return Response(
        ApprovedTermsSerializer(
            {
                "is_enabled": bool(stored and stored.is_enabled),
                "window_days": activity.window_days,
                "least_active_days": activity.least_active_days,
                "counts_sign_ins": activity.counts_sign_ins,
                "approved_by_label": stored.approved_by_label if stored else "",
                "approved_at": stored.approved_at if stored else None,
                **{
                    name: getattr(agreed, name)
                    for name in (
                        *("policy", "review_days", "review_default", "lock_out_days"),
                        *("notice_days", "share_rule", "quarter_basis", "first_month"),
                    )
                },
            }
        ).data
    )


def _sheet(request: Request, organization: Organization, true_up_id: UUID) -> Sheet:
    found = get_object_or_404(
        TrueUp.objects.select_related("organization").exclude(snapshot_at=None),
        organization=organization,
        pk=true_up_id,
    )
    is_vendor = caller_of(request).api_key.is_vendor_wide
    return sheet_of(found, with_people=shows_evidence(found, is_vendor=is_vendor))
