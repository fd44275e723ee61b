"""The subscription of an organization for programs: read, and started with a plan on sale."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.idempotency import service_key
from accounts.api.permissions import ANY_KEY
from accounts.api.tenancy import caller_of, find_organization, of_organization
from accounts.domain.rate_limits import DEAR_COST
from accounts.domain.scopes import Area
from accounts.models import Organization
from accounts.tenancy import organization_context
from billing.models import Price, Subscription, SubscriptionStart
from billing.selectors.starting import latest_start, price_of
from billing.selectors.terms import NoSubscription, current_subscription
from billing.services.choosing import reserve_start
from billing.services.starting import advance_start
from billing.services.subscriptions import Payer

_MOST_SEATS = 9_999_999


class SubscriptionSerializer(serializers.ModelSerializer[Subscription]):
    """What an organization has."""

    plan = serializers.CharField(source="price.plan.code", read_only=True)
    interval = serializers.ChoiceField(source="price.interval", choices=Price.Interval.choices)
    currency = serializers.CharField(source="price.currency", read_only=True)

    class Meta:
        model = Subscription
        fields = [
            "plan",
            "interval",
            "currency",
            "status",
            "purchased_seats",
            "next_term_seats",
            "started_at",
            "past_due_since",
        ]
        read_only_fields = fields


class StartSerializer(serializers.ModelSerializer[SubscriptionStart]):
    """The beginning of a subscription. Seats are there when its state is `done`."""

    plan = serializers.CharField(source="price.plan.code", read_only=True)
    interval = serializers.ChoiceField(source="price.interval", choices=Price.Interval.choices)
    # Empty until there is an invoice, so it is text and not an address for the OpenAPI file.
    hosted_invoice_url = serializers.CharField(read_only=True)

    class Meta:
        model = SubscriptionStart
        fields = [
            "id",
            "state",
            "plan",
            "interval",
            "seats",
            "trial_days",
            "currency",
            "invoice_minor",
            "due_minor",
            "hosted_invoice_url",
            "failure_code",
            "failure_message",
            "created_at",
        ]
        read_only_fields = fields


class SubscriptionAnswerSerializer(serializers.Serializer[Any]):
    """The subscription, and the latest beginning; either may be null."""

    subscription = SubscriptionSerializer(allow_null=True)
    start = StartSerializer(allow_null=True)


class PayerSerializer(serializers.Serializer[Any]):
    """Who pays."""

    name = serializers.CharField(max_length=200)
    email = serializers.EmailField()
    line1 = serializers.CharField(max_length=200, default="", allow_blank=True)
    line2 = serializers.CharField(max_length=200, default="", allow_blank=True)
    postal_code = serializers.CharField(max_length=20, default="", allow_blank=True)
    city = serializers.CharField(max_length=120, default="", allow_blank=True)
    country = serializers.RegexField("^[A-Z]{2}$", help_text="ISO 3166, two letters.")


class StartRequestSerializer(serializers.Serializer[Any]):
    """What to begin, and the amount that was shown."""

    plan = serializers.SlugField(max_length=60)
    interval = serializers.ChoiceField(choices=Price.Interval.choices)
    seats = serializers.IntegerField(min_value=1, max_value=_MOST_SEATS)
    due_minor = serializers.IntegerField(
        min_value=0,
        max_value=2**62,
        help_text="Charged now, tax included; 0 in a trial and on terms.",
    )
    payer = PayerSerializer()
    vat_id = serializers.CharField(max_length=20, default="", allow_blank=True)


class SubscriptionView(ApiView):
    """The subscription of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.BILLING
    commits_itself: ClassVar = True
    needs_key: ClassVar = frozenset({"post"})
    costs: ClassVar = {"post": DEAR_COST}

    @extend_schema(
        operation_id="subscription",
        summary="The subscription of an organization",
        responses={200: SubscriptionAnswerSerializer},
        tags=["billing"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return what it has and how far the latest beginning is."""
        return Response(answer_of(organization.pk))

    @extend_schema(
        operation_id="start_subscription",
        summary="Start a subscription",
        description=(
            "Starts a plan of the catalog in the organization's currency. With a card on file, on "
            "terms, or in a trial the seats are there at once. Without a card the beginning stays "
            "`reserved` until somebody adds one on the page of the organization. "
            "When the amount is another one, nothing is charged and the answer is 409 "
            "`start_changed`. The same Idempotency-Key returns the same beginning."
        ),
        request=StartRequestSerializer,
        responses={201: SubscriptionAnswerSerializer},
        tags=["billing"],
    )
    def post(self, request: Request, organization: str) -> Response:
        """Start; the organization's context is entered by the services, around each step."""
        found = find_organization(api_key=caller_of(request).api_key, external_id=organization)
        asked = StartRequestSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given, now = asked.validated_data, timezone.now()
        with organization_context(found.pk):
            price = price_of(found, given["plan"], given["interval"])
        chosen = reserve_start(
            organization_id=found.pk,
            price=price,
            seats=given["seats"],
            due_minor=given["due_minor"],
            payer=Payer(**given["payer"]),
            vat_id=given["vat_id"],
            idempotency_key=service_key(self.idempotency_key),
            actor=caller_of(request).actor,
            now=now,
        )
        advance_start(organization_id=found.pk, start_id=chosen.pk, now=now)
        with organization_context(found.pk):
            body = answer_of(found.pk)
        return Response(body, status=status.HTTP_201_CREATED)


def answer_of(organization_id: int) -> dict[str, Any]:
    """Return the subscription and the latest beginning, inside the organization's context."""
    subscription: Subscription | None
    try:
        subscription = current_subscription(organization_id)
    except NoSubscription:
        subscription = None
    start = latest_start(organization_id)
    return {
        "subscription": SubscriptionSerializer(subscription).data if subscription else None,
        "start": StartSerializer(start).data if start else None,
    }
