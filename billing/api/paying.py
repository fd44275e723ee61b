"""How an organization pays over the API: an open invoice, a beginning, a trial, a review."""

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
from accounts.api.reading import body_of
from accounts.api.tenancy import (
    caller_of,
    find_organization,
    not_found,
    of_organization,
    signed,
)
from accounts.domain.rate_limits import DEAR_COST
from accounts.domain.scopes import Area
from accounts.models import Organization
from accounts.tenancy import organization_context
from billing.api.subscription import StartSerializer, SubscriptionAnswerSerializer, answer_of
from billing.api.vendor import stripe_answers
from billing.models import InvoicePaymentAttempt, Price, PurchaseReview, SubscriptionStart
from billing.selectors.starting import price_of, refused_trial_ends
from billing.services.minimums import note_abandoned_minimum
from billing.services.recovery import pay_invoice_now
from billing.services.starting import advance_start, withdraw_start
from billing.services.trials import end_trial_now

_MOST_SEATS = 9_999_999


class PaymentAttemptSerializer(serializers.ModelSerializer[InvoicePaymentAttempt]):
    """How far a payment is; with `confirm` the payer answers the bank at `hosted_invoice_url`."""

    invoice_number = serializers.CharField(source="invoice.number")
    hosted_invoice_url = serializers.CharField(source="invoice.hosted_invoice_url")

    class Meta:
        model = InvoicePaymentAttempt
        fields = (
            *("id", "invoice_number", "state", "failure_code", "hosted_invoice_url"),
            *("created_at", "finished_at"),
        )


class OwnReviewSerializer(serializers.ModelSerializer[PurchaseReview]):
    """An order that waits for the vendor, or was decided; `note` says why it was refused."""

    asked_by = serializers.CharField(source="actor_label")

    class Meta:
        model = PurchaseReview
        fields = (
            *("id", "state", "quote", "quantity_from", "quantity_to", "total_minor", "currency"),
            *("breaches", "asked_by", "opened_at", "decided_at", "note", "approved_until"),
        )


class FewerSeatsSerializer(serializers.Serializer[Any]):
    """How many seats are needed of a plan that is sold from more seats on."""

    plan = serializers.SlugField(max_length=60)
    interval = serializers.ChoiceField(choices=Price.Interval.choices)
    seats = serializers.IntegerField(min_value=1, max_value=_MOST_SEATS)


class NotedSerializer(serializers.Serializer[Any]):
    """Whether the vendor is told: not where the plan is sold for so few seats anyway."""

    is_noted = serializers.BooleanField()


class PayingView(ApiView):
    """An operation whose service talks to Stripe between its commits."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    commits_itself: ClassVar = True
    costs: ClassVar = {"post": DEAR_COST}


def _named(request: Request, organization: str) -> Organization:
    return find_organization(api_key=caller_of(request).api_key, external_id=organization)


class InvoicePayView(PayingView):
    """Paying an invoice."""

    @extend_schema(
        operation_id="invoice_pay",
        summary="Pay an open invoice with the card on file",
        description="While a payment is under way it is returned, so nothing is charged twice. A "
        "paid or void invoice, or no card, is 409 `invoice_not_payable`.",
        request=None,
        responses={200: PaymentAttemptSerializer},
        tags=["billing"],
    )
    def post(self, request: Request, organization: str, invoice_id: int) -> Response:
        """Pay; the service enters the organization's context around each step."""
        found = _named(request, organization)
        with not_found():
            attempt = pay_invoice_now(
                organization_id=found.pk, invoice_id=invoice_id, **signed(request)
            )
        with organization_context(found.pk):
            after = InvoicePaymentAttempt.objects.select_related("invoice").get(pk=attempt.pk)
            return Response(PaymentAttemptSerializer(after).data)


class StartContinueView(PayingView):
    """Going on with a beginning."""

    @extend_schema(
        operation_id="start_continue",
        summary="Go on with a beginning that waits",
        description="With the card on file. One that is over is returned as it is.",
        request=None,
        responses={200: StartSerializer},
        tags=["billing"],
    )
    def post(self, request: Request, organization: str, start_id: UUID) -> Response:
        """Go on."""
        found = _named(request, organization)
        _start(found, start_id)
        advance_start(organization_id=found.pk, start_id=start_id, now=timezone.now())
        return Response(StartSerializer(_start(found, start_id)).data)


class StartWithdrawView(PayingView):
    """Giving a beginning up."""

    @extend_schema(
        operation_id="start_withdraw",
        summary="Give up a beginning that is not paid",
        description="What Stripe began is taken back. One that is over is returned as it is.",
        request=None,
        responses={200: StartSerializer},
        tags=["billing"],
    )
    def post(self, request: Request, organization: str, start_id: UUID) -> Response:
        """Give it up."""
        found = _named(request, organization)
        _start(found, start_id)
        with stripe_answers():
            withdraw_start(organization_id=found.pk, start_id=start_id, **signed(request))
        return Response(StartSerializer(_start(found, start_id)).data)


class TrialEndView(PayingView):
    """Ending a trial."""

    @extend_schema(
        operation_id="trial_end",
        summary="Start to pay before the trial is over",
        description="The first period begins and its invoice is paid, or nothing changes. Without "
        "a trial, without a card or when it is refused: 409.",
        request=None,
        responses={200: SubscriptionAnswerSerializer},
        tags=["billing"],
    )
    def post(self, request: Request, organization: str) -> Response:
        """End the trial."""
        found = _named(request, organization)
        with organization_context(found.pk):
            attempt = refused_trial_ends(found.pk)
        with stripe_answers():
            end_trial_now(organization_id=found.pk, attempt=attempt, **signed(request))
        with organization_context(found.pk):
            return Response(answer_of(found.pk))


class FewerSeatsView(ApiView):
    """Needing fewer seats than a plan sells."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING

    @extend_schema(
        operation_id="fewer_seats",
        summary="Tell the vendor that a plan is sold from too many seats on",
        description="They look whether it can start at fewer.",
        request=FewerSeatsSerializer,
        responses={200: NotedSerializer},
        tags=["billing"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Note it."""
        given = body_of(request, FewerSeatsSerializer)
        noted = note_abandoned_minimum(
            organization_id=organization.pk,
            price=price_of(organization, given["plan"], given["interval"]),
            wanted_seats=given["seats"],
            **signed(request),
        )
        return Response({"is_noted": noted is not None})


class OwnReviewsView(ApiView):
    """Orders that wait for the vendor."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    pagination_class = ordered_by("-opened_at", "-pk")

    @extend_schema(
        operation_id="organization_purchase_reviews",
        summary="List the organization's orders above a safety limit",
        description="The latest first. An approved one goes through when it is bought again.",
        responses={200: OwnReviewSerializer(many=True)},
        tags=["billing"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of orders."""
        found = PurchaseReview.objects.filter(organization=organization)
        return listed(self, request, found, OwnReviewSerializer)


def _start(organization: Organization, start_id: UUID) -> SubscriptionStart:
    with organization_context(organization.pk):
        return get_object_or_404(
            SubscriptionStart.objects.select_related("price__plan"),
            pk=start_id,
            organization=organization,
        )
