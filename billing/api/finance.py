"""What the vendor's finance does over the API: dunning, reconciliation, orders to be looked at."""

from typing import Any, ClassVar

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.pagination import listed, ordered_by
from accounts.api.persons import refuse_keys
from accounts.api.reading import body_of, query_of
from accounts.api.tenancy import as_vendor, caller_of, find_organization, of_vendor, signed
from accounts.domain.rate_limits import DEAR_COST
from accounts.errors import DomainError
from billing.api.vendor import FinanceView, stripe_answers
from billing.domain.repairs import Repair
from billing.models import Difference, DunningCase, PurchaseReview
from billing.selectors import reconciling
from billing.services.dunning_policy import pause_case, resume_case
from billing.services.reconciliation.repairing import look_again_at, repair_difference
from billing.services.reconciliation.running import request_run
from billing.tasks import reconcile


class DifferenceIsAnother(DomainError):
    """The difference is no longer the one that was read."""

    code: ClassVar[str] = "difference_changed"


class DunningCaseSerializer(serializers.ModelSerializer[DunningCase]):
    """An overdue invoice and what comes next."""

    organization = serializers.SlugRelatedField[Any](slug_field="external_id", read_only=True)
    invoice_number = serializers.CharField(source="invoice.number")
    open_minor = serializers.IntegerField(source="invoice.total_minor")
    currency = serializers.CharField(source="invoice.currency")
    stage = serializers.CharField(help_text="past_due, restricted or ended")

    class Meta:
        model = DunningCase
        fields = (
            *("id", "organization", "invoice_number", "open_minor", "currency", "stage"),
            *("overdue_since", "restricted_at", "next_step_at", "paused_until", "pause_reason"),
            *("outcome", "closed_at"),
        )


class PauseSerializer(serializers.Serializer[Any]):
    """Until which day nothing happens, in the organization's time zone, and why."""

    until = serializers.DateField()
    reason = serializers.CharField(max_length=300)


class DifferenceSerializer(serializers.ModelSerializer[Difference]):
    """Where our figures and Stripe's are not the same."""

    organization = serializers.SlugRelatedField[Any](slug_field="external_id", read_only=True)

    class Meta:
        model = Difference
        fields = (
            *("id", "organization", "kind", "subject", "ours", "theirs", "state"),
            *("first_seen_at", "last_seen_at", "times_seen", "repair", "note", "ended_at"),
        )


class DifferenceQuerySerializer(serializers.Serializer[Any]):
    """Which differences a list shows."""

    state = serializers.ChoiceField(
        choices=Difference.State.choices, required=False, default="", allow_blank=True
    )
    kind = serializers.ChoiceField(
        choices=Difference.Kind.choices, required=False, default="", allow_blank=True
    )


class RepairSerializer(serializers.Serializer[Any]):
    """What to do about it; both sides are sent as they were read, which confirms them."""

    repair = serializers.ChoiceField(choices=[repair.value for repair in Repair])
    note = serializers.CharField(max_length=500)
    ours = serializers.CharField(max_length=200, allow_blank=True)
    theirs = serializers.CharField(max_length=200, allow_blank=True)


class RunSerializer(serializers.Serializer[Any]):
    """What to compare; everything without an organization."""

    organization = serializers.CharField(max_length=200, default=None, allow_null=True)


class AskedRunSerializer(serializers.Serializer[Any]):
    """A comparison that was asked for."""

    id = serializers.IntegerField(source="pk")
    started_at = serializers.DateTimeField()


class ReviewSerializer(serializers.ModelSerializer[PurchaseReview]):
    """An order above a safety limit that a person looks at."""

    organization = serializers.SlugRelatedField[Any](slug_field="external_id", read_only=True)
    asked_by = serializers.CharField(source="actor_label")

    class Meta:
        model = PurchaseReview
        fields = (
            *("id", "organization", "state", "quantity_from", "quantity_to", "total_minor"),
            *("currency", "breaches", "asked_by", "opened_at", "decided_at", "note"),
        )


class DunningView(FinanceView):
    """Overdue invoices."""

    pagination_class = ordered_by("-opened_at", "-pk")

    @extend_schema(
        operation_id="dunning_cases",
        summary="Overdue invoices and what comes next",
        description="The latest first. Takes a vendor-wide key.",
        responses={200: DunningCaseSerializer(many=True)},
        tags=["finance"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return one page of cases."""
        found = DunningCase.objects.select_related("organization", "invoice")
        return listed(self, request, found, DunningCaseSerializer)


class DunningPauseView(FinanceView):
    """Pausing a case."""

    @extend_schema(
        operation_id="dunning_pause",
        summary="Let nothing happen in a case until a day",
        description="What was to come moves by as many days.",
        request=PauseSerializer,
        responses={200: DunningCaseSerializer},
        tags=["finance"],
    )
    @of_vendor
    def put(self, request: Request, case_id: int) -> Response:
        """Pause the case."""
        given = body_of(request, PauseSerializer)
        case = get_object_or_404(DunningCase, pk=case_id)
        pause_case(
            organization_id=case.organization_id,
            case_id=case_id,
            **signed(request),
            **given,
        )
        return _case(case_id)

    @extend_schema(
        operation_id="dunning_resume",
        summary="Go on with a case",
        responses={200: DunningCaseSerializer},
        tags=["finance"],
    )
    @of_vendor
    def delete(self, request: Request, case_id: int) -> Response:
        """End the pause."""
        case = get_object_or_404(DunningCase, pk=case_id)
        resume_case(
            organization_id=case.organization_id,
            case_id=case_id,
            **signed(request),
        )
        return _case(case_id)


class DifferencesView(FinanceView):
    """Differences from Stripe."""

    pagination_class = ordered_by("-first_seen_at", "-pk")

    @extend_schema(
        operation_id="differences",
        summary="Where our figures and Stripe's are not the same",
        description="The latest first. Takes a vendor-wide key.",
        parameters=[DifferenceQuerySerializer],
        responses={200: DifferenceSerializer(many=True)},
        tags=["finance"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return one page of differences."""
        asked = query_of(request, DifferenceQuerySerializer)
        return listed(self, request, reconciling.differences(**asked), DifferenceSerializer)


class DifferenceView(FinanceView):
    """One difference."""

    @extend_schema(
        operation_id="difference",
        summary="A difference from Stripe",
        responses={200: DifferenceSerializer},
        tags=["finance"],
    )
    def get(self, request: Request, difference_id: int) -> Response:
        """Return the difference."""
        return Response(DifferenceSerializer(_difference(difference_id)).data)


class DifferenceRepairView(FinanceView):
    """Repairing."""

    commits_itself: ClassVar = True
    costs: ClassVar = {"post": DEAR_COST}

    @extend_schema(
        operation_id="difference_repair",
        summary="Repair a difference as it was read",
        description="`ours` and `theirs` are sent back as they were read; others by now answer 409 "
        "`difference_changed`. Where two people are needed a key cannot be either of them.",
        request=RepairSerializer,
        responses={200: DifferenceSerializer},
        tags=["finance"],
    )
    def post(self, request: Request, difference_id: int) -> Response:
        """Repair; the service enters the organization's context around each step."""
        given = body_of(request, RepairSerializer)
        found = _difference(difference_id)
        if (found.ours, found.theirs) != (given["ours"], given["theirs"]):
            raise DifferenceIsAnother(_("The difference has changed by now. Read it again."))
        with stripe_answers():
            repair_difference(
                organization_id=found.organization_id,
                difference_id=found.pk,
                repair=Repair(given["repair"]),
                note=given["note"],
                **signed(request),
            )
        return Response(DifferenceSerializer(_difference(difference_id)).data)


class DifferenceLookView(FinanceView):
    """Looking again."""

    commits_itself: ClassVar = True
    costs: ClassVar = {"post": DEAR_COST}

    @extend_schema(
        operation_id="difference_look",
        summary="Ask Stripe whether a difference is still there",
        request=None,
        responses={200: DifferenceSerializer},
        tags=["finance"],
    )
    def post(self, request: Request, difference_id: int) -> Response:
        """Look again."""
        found = _difference(difference_id)
        with stripe_answers():
            look_again_at(
                organization_id=found.organization_id, difference_id=found.pk, now=timezone.now()
            )
        return Response(DifferenceSerializer(_difference(difference_id)).data)


class ReconciliationRunView(FinanceView):
    """Comparing."""

    @extend_schema(
        operation_id="reconcile",
        summary="Compare with Stripe again",
        description="In the background; what is found is in the list of differences.",
        request=RunSerializer,
        responses={202: AskedRunSerializer},
        tags=["finance"],
    )
    def post(self, request: Request) -> Response:
        """Ask for a comparison."""
        named = body_of(request, RunSerializer)["organization"]
        organization = (
            find_organization(api_key=caller_of(request).api_key, external_id=named)
            if named
            else None
        )
        with as_vendor():
            run = request_run(organization=organization, **signed(request))
            transaction.on_commit(lambda: reconcile.delay(run.pk))
            return Response(AskedRunSerializer(run).data, status=202)


class ReviewsView(FinanceView):
    """Orders to be looked at."""

    pagination_class = ordered_by("-opened_at", "-pk")

    @extend_schema(
        operation_id="purchase_reviews",
        summary="Orders above a safety limit",
        description="The latest first. Takes a vendor-wide key.",
        responses={200: ReviewSerializer(many=True)},
        tags=["finance"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return one page of orders."""
        found = PurchaseReview.objects.select_related("organization")
        return listed(self, request, found, ReviewSerializer)


class ReviewDecideView(FinanceView):
    """Deciding about an order, which no key can do."""

    @extend_schema(
        operation_id="decide_purchase_review",
        summary="Decide about an order (always refused)",
        description="Always 409 `decided_by_a_person` with the `page` where a person decides.",
        request=None,
        responses={409: OpenApiTypes.OBJECT},
        tags=["finance"],
    )
    @of_vendor
    def post(self, request: Request, review_id: int) -> Response:
        """Refuse, and say where it is decided."""
        get_object_or_404(PurchaseReview, pk=review_id)
        raise refuse_keys(reverse("reviews"))


def _case(case_id: int) -> Response:
    found = DunningCase.objects.select_related("organization", "invoice").get(pk=case_id)
    return Response(DunningCaseSerializer(found).data)


def _difference(difference_id: int) -> Difference:
    with as_vendor():
        return get_object_or_404(
            Difference.objects.select_related("organization"), pk=difference_id
        )
