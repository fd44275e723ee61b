"""What does not agree with Stripe and waits for a person or a program of the vendor's finance."""

from typing import Any, ClassVar

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.pagination import listed, ordered_by
from accounts.api.reading import body_of, query_of
from accounts.api.tenancy import as_vendor, caller_of, find_organization, of_vendor, signed
from accounts.domain.rate_limits import DEAR_COST
from billing.api.vendor import FinanceView, stripe_answers
from billing.models import Incident, InvoiceHold, Purchase, Stranger, WebhookEvent
from billing.selectors import inbox
from billing.selectors.reconciling import strangers
from billing.services.inbox import MOST, process_again
from billing.services.incidents import close_incident
from billing.services.noted_repairs import repair_noted
from billing.services.reconciliation.strangers import accept_stranger, link_customer
from billing.tasks import process_webhook_inbox

_REPAIRS = [choice for choice in Purchase.NotedRepair.choices if choice[0]]


class IncidentSerializer(serializers.ModelSerializer[Incident]):
    """Our figure and Stripe's were not the same; `subject` is the object's id at Stripe."""

    organization = serializers.SlugRelatedField[Any](slug_field="external_id", read_only=True)

    class Meta:
        model = Incident
        fields = (
            *("id", "organization", "kind", "purchase", "subject", "ours", "theirs", "opened_at"),
            *("closed_at", "note"),
        )


class IncidentsQuerySerializer(serializers.Serializer[Any]):
    """Which incidents a list shows."""

    state = serializers.ChoiceField(choices=["open", "closed"], required=False, default="")


class FindingSerializer(serializers.Serializer[Any]):
    """What was found, for whoever looks at it later."""

    note = serializers.CharField(max_length=500)


class NotedRepairSerializer(FindingSerializer):
    """How the lines of a monthly addition become what was quoted."""

    repair = serializers.ChoiceField(choices=_REPAIRS)


class HoldSerializer(serializers.ModelSerializer[InvoiceHold]):
    """A renewal that was kept from being charged; `most_minor` would have passed."""

    organization = serializers.SlugRelatedField[Any](slug_field="external_id", read_only=True)

    class Meta:
        model = InvoiceHold
        fields = (
            *("id", "organization", "stripe_invoice_id", "state", "expected_minor", "most_minor"),
            *("total_minor", "currency", "held_at", "decided_at", "note"),
        )


class StripeEventSerializer(serializers.ModelSerializer[WebhookEvent]):
    """What Stripe told us: ids and times, never what it said."""

    state = serializers.SerializerMethodField()

    class Meta:
        model = WebhookEvent
        fields = (
            *("id", "event_id", "type", "object_id", "customer_id", "state", "created_at"),
            *("received_at", "processed_at", "attempts", "next_attempt_at", "last_error"),
        )

    @extend_schema_field({"type": "string", "enum": list(inbox.STATES)})
    def get_state(self, event: WebhookEvent) -> str:
        """Return whether the event is worked off."""
        return inbox.state_of(event)


class StripeEventsQuerySerializer(serializers.Serializer[Any]):
    """Which events a list shows."""

    state = serializers.ChoiceField(choices=list(inbox.STATES), required=False, default="")
    search = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class AgainSerializer(serializers.Serializer[Any]):
    """Events to be worked off again, by our ids."""

    events = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        min_length=1,
        max_length=MOST,
    )


class CountSerializer(serializers.Serializer[Any]):
    """How many there were."""

    count = serializers.IntegerField()


class StrangerSerializer(serializers.ModelSerializer[Stranger]):
    """An object at Stripe that belongs to no organization of ours."""

    class Meta:
        model = Stranger
        fields = (
            *("id", "kind", "stripe_id", "customer_id", "label", "amount_minor", "currency"),
            *("state", "first_seen_at", "last_seen_at", "repair", "note", "ended_at"),
        )


class LinkSerializer(FindingSerializer):
    """Whose customer it is."""

    organization = serializers.CharField(max_length=200)


class IncidentsView(FinanceView):
    """Incidents."""

    pagination_class = ordered_by("-opened_at", "-pk")

    @extend_schema(
        operation_id="incidents_list",
        summary="List what stopped because it does not agree with Stripe",
        description="The latest first.",
        parameters=[OpenApiParameter("state", str, enum=["open", "closed"])],
        responses={200: IncidentSerializer(many=True)},
        tags=["finance"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return one page of incidents."""
        found = Incident.objects.select_related("organization")
        if state := query_of(request, IncidentsQuerySerializer)["state"]:
            found = found.filter(closed_at__isnull=state == "open")
        return listed(self, request, found, IncidentSerializer)


class IncidentCloseView(FinanceView):
    """Closing an incident."""

    @extend_schema(
        operation_id="incidents_close",
        summary="Close an incident with what was found",
        description="Closing it again changes nothing.",
        request=FindingSerializer,
        responses={200: IncidentSerializer},
        tags=["finance"],
    )
    @of_vendor
    def post(self, request: Request, incident_id: int) -> Response:
        """Close the incident."""
        given = body_of(request, FindingSerializer)
        close_incident(
            organization_id=_incident(incident_id).organization_id,
            incident_id=incident_id,
            **given,
            **signed(request),
        )
        return Response(IncidentSerializer(_incident(incident_id)).data)


class IncidentRepairView(FinanceView):
    """Repairing a monthly addition."""

    commits_itself: ClassVar = True
    costs: ClassVar = {"post": DEAR_COST}

    @extend_schema(
        operation_id="incidents_repair",
        summary="Make what Stripe noted for a monthly addition what was quoted",
        description="The customer pays the quote. What goes on by itself, or has ended, is 422 "
        "`noted_repair_refused`.",
        request=NotedRepairSerializer,
        responses={200: IncidentSerializer},
        tags=["finance"],
    )
    def post(self, request: Request, incident_id: int) -> Response:
        """Repair; the service enters the organization's context around each step."""
        given = body_of(request, NotedRepairSerializer)
        with as_vendor():
            found = _incident(incident_id)
        with stripe_answers():
            repair_noted(
                organization_id=found.organization_id,
                incident_id=incident_id,
                repair=Purchase.NotedRepair(given["repair"]),
                note=given["note"],
                **signed(request),
            )
        with as_vendor():
            return Response(IncidentSerializer(_incident(incident_id)).data)


class HoldsView(FinanceView):
    """Renewals that are held back."""

    pagination_class = ordered_by("-held_at", "-pk")

    @extend_schema(
        operation_id="renewal_holds_list",
        summary="List renewals that were far above the expected",
        description="The latest first. A person releases or voids each on the page of reviews.",
        responses={200: HoldSerializer(many=True)},
        tags=["finance"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return one page of renewals."""
        found = InvoiceHold.objects.select_related("organization")
        return listed(self, request, found, HoldSerializer)


class StripeEventsView(FinanceView):
    """The inbox of Stripe's events."""

    pagination_class = ordered_by("-received_at", "-pk")

    @extend_schema(
        operation_id="stripe_events_list",
        summary="List the events of Stripe that arrived",
        description="The latest first.",
        parameters=[
            OpenApiParameter("state", str, enum=list(inbox.STATES)),
            OpenApiParameter("search", str, description="Part of a type or an id."),
        ],
        responses={200: StripeEventSerializer(many=True)},
        tags=["finance"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return one page of events."""
        asked = query_of(request, StripeEventsQuerySerializer)
        return listed(self, request, inbox.events(**asked), StripeEventSerializer)


class StripeEventView(FinanceView):
    """One event of Stripe."""

    @extend_schema(
        operation_id="stripe_events_read",
        summary="Read an event of Stripe",
        responses={200: StripeEventSerializer},
        tags=["finance"],
    )
    @of_vendor
    def get(self, request: Request, event_id: int) -> Response:
        """Return the event."""
        event = get_object_or_404(WebhookEvent, pk=event_id)
        return Response(StripeEventSerializer(event).data)


class StripeEventsAgainView(FinanceView):
    """Working off again."""

    @extend_schema(
        operation_id="stripe_events_process",
        summary="Work events off again",
        description="In the background. What is right already is not changed.",
        request=AgainSerializer,
        responses={202: CountSerializer},
        tags=["finance"],
    )
    @of_vendor
    def post(self, request: Request) -> Response:
        """Put the events in line again."""
        chosen = body_of(request, AgainSerializer)["events"]
        count = process_again(event_ids=chosen, **signed(request))
        transaction.on_commit(lambda: process_webhook_inbox.delay())
        return Response({"count": count}, status=202)


class StrangersView(FinanceView):
    """Objects at Stripe of nobody."""

    pagination_class = ordered_by("-first_seen_at", "-pk")

    @extend_schema(
        operation_id="strangers_list",
        summary="List objects at Stripe that belong to no organization",
        description="The latest first, without those that were linked, accepted or are gone.",
        responses={200: StrangerSerializer(many=True)},
        tags=["finance"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return one page of them."""
        return listed(self, request, strangers(), StrangerSerializer)


class StrangerView(FinanceView):
    """One object of nobody."""

    @extend_schema(
        operation_id="strangers_read",
        summary="Read an object at Stripe that belongs to no organization",
        responses={200: StrangerSerializer},
        tags=["finance"],
    )
    @of_vendor
    def get(self, request: Request, stranger_id: int) -> Response:
        """Return the object."""
        return _stranger(stranger_id)


class StrangerAcceptView(FinanceView):
    """Accepting an object of nobody."""

    @extend_schema(
        operation_id="strangers_accept",
        summary="Let an unknown object be as it is",
        request=FindingSerializer,
        responses={200: StrangerSerializer},
        tags=["finance"],
    )
    @of_vendor
    def post(self, request: Request, stranger_id: int) -> Response:
        """Accept it."""
        given = body_of(request, FindingSerializer)
        get_object_or_404(Stranger, pk=stranger_id)
        accept_stranger(stranger_id=stranger_id, **given, **signed(request))
        return _stranger(stranger_id)


class StrangerLinkView(FinanceView):
    """Linking an unknown customer."""

    commits_itself: ClassVar = True
    costs: ClassVar = {"post": DEAR_COST}

    @extend_schema(
        operation_id="strangers_link",
        summary="Make an unknown customer the one of an organization",
        description="Of an organization that has none at Stripe; otherwise 409 "
        "`repair_not_possible`.",
        request=LinkSerializer,
        responses={200: StrangerSerializer},
        tags=["finance"],
    )
    def post(self, request: Request, stranger_id: int) -> Response:
        """Link it; the service enters the organization's context around each step."""
        given = body_of(request, LinkSerializer)
        with as_vendor():
            get_object_or_404(Stranger, pk=stranger_id)
        organization = find_organization(
            api_key=caller_of(request).api_key, external_id=given["organization"]
        )
        with stripe_answers():
            link_customer(
                stranger_id=stranger_id,
                organization=organization,
                note=given["note"],
                **signed(request),
            )
        with as_vendor():
            return _stranger(stranger_id)


def _incident(incident_id: int) -> Incident:
    return get_object_or_404(Incident.objects.select_related("organization"), pk=incident_id)


def _stranger(stranger_id: int) -> Response:
    return Response(StrangerSerializer(get_object_or_404(Stranger, pk=stranger_id)).data)
