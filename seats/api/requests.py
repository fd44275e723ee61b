"""Requests for seats over the API: who waits in which order, and how others were answered."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import body_of, query_of
from accounts.api.tenancy import caller_of, of_organization
from accounts.domain.scopes import Area
from accounts.models import Organization
from seats.api.lookups import member_named
from seats.models import WaitingListEntry
from seats.selectors.limits import pool_of
from seats.selectors.requests import RequestFilter, answered_requests
from seats.services.waiting import (
    choose_seating,
    decline_seat_request,
    move_on_waiting_list,
    request_seat,
    withdraw_seat_request,
)

_LONGEST = 300
_STATES = ["open", *(each.value for each in RequestFilter if each.value)]


class SeatRequestSerializer(serializers.ModelSerializer[WaitingListEntry]):
    """A request for a seat; who waits is seated in the order of `place`, then of asking."""

    member = serializers.CharField(source="membership.external_id")
    email = serializers.CharField(source="membership.email")
    state = serializers.SerializerMethodField()
    answered_by = serializers.CharField(source="answered_by_label")
    place = serializers.SerializerMethodField(
        help_text="null while the order is simply that of asking, and once answered"
    )

    class Meta:
        model = WaitingListEntry
        fields = (
            *("id", "member", "email", "state", "origin", "note", "place", "requested_at"),
            *("seated_at", "withdrawn_at", "declined_at", "decline_reason", "answered_by"),
        )

    def get_state(self, entry: WaitingListEntry) -> str:
        """Return open, seated, declined or withdrawn."""
        if entry.seated_at:
            return RequestFilter.SEATED.value
        if entry.declined_at:
            return RequestFilter.DECLINED.value
        return RequestFilter.WITHDRAWN.value if entry.withdrawn_at else "open"

    def get_place(self, entry: WaitingListEntry) -> int | None:
        """Return the place that somebody gave it."""
        is_open = entry.seated_at is None and entry.withdrawn_at is None
        return entry.place if is_open and entry.place != entry.LAST_PLACE else None


class RequestsQuerySerializer(serializers.Serializer[Any]):
    """Which requests a list shows."""

    state = serializers.ChoiceField(choices=_STATES, default="open")


class NoteSerializer(serializers.Serializer[Any]):
    """What the person says to it; the body may be empty."""

    note = serializers.CharField(max_length=_LONGEST, default="", allow_blank=True)


class ReasonSerializer(serializers.Serializer[Any]):
    """Why, in a sentence; the person reads it."""

    reason = serializers.CharField(max_length=_LONGEST)


class PlaceSerializer(ReasonSerializer):
    """Where somebody stands from now on, counted from 1, and why."""

    place = serializers.IntegerField(min_value=1, max_value=1_000_000)


class PlacedSerializer(serializers.Serializer[Any]):
    """Where somebody stands now."""

    place = serializers.IntegerField()


class SeatingSerializer(serializers.Serializer[Any]):
    """Whether a released seat goes to the first who waits."""

    seats_next = serializers.BooleanField()


class SeatRequestsView(ApiView):
    """Requests for seats."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.REQUESTS
    pagination_class = ordered_by("requested_at", "pk")

    @extend_schema(
        operation_id="seat_requests_list",
        summary="Requests for seats",
        description="In the order of asking: who waits, or those that were answered.",
        parameters=[RequestsQuerySerializer],
        responses={200: SeatRequestSerializer(many=True)},
        tags=["requests"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of requests."""
        state = query_of(request, RequestsQuerySerializer)["state"]
        shown = RequestFilter("" if state == "open" else state)
        found = answered_requests(shown, organization_id=organization.pk)
        return listed(self, request, found, SeatRequestSerializer)


class SeatRequestView(ApiView):
    """The request of one person."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.REQUESTS

    @extend_schema(
        operation_id="seat_request_make",
        summary="Ask for a seat",
        description=(
            "For one person; asking twice keeps the first place. Who can give seats is told by "
            "mail. Answers 409 `seat_already_assigned` or `person_cannot_have_a_seat`."
        ),
        request=NoteSerializer,
        responses={201: SeatRequestSerializer},
        tags=["requests"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, member: str) -> Response:
        """Put the person on the waiting list."""
        entry = request_seat(
            organization_id=organization.pk,
            membership_id=member_named(organization, member).pk,
            actor=caller_of(request).actor,
            now=timezone.now(),
            **body_of(request, NoteSerializer),
        )
        return Response(SeatRequestSerializer(entry).data, status=201)

    @extend_schema(
        operation_id="seat_request_withdraw",
        summary="Take a person off the waiting list",
        description="Without an open request nothing happens.",
        responses={204: None},
        tags=["requests"],
    )
    @of_organization
    def delete(self, request: Request, organization: Organization, member: str) -> Response:
        """Withdraw the request."""
        withdraw_seat_request(
            organization_id=organization.pk,
            membership_id=member_named(organization, member).pk,
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response(status=204)


class SeatRequestDeclineView(ApiView):
    """Saying no."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.REQUESTS

    @extend_schema(
        operation_id="seat_request_decline",
        summary="Decline a request",
        description="The person is told the reason by mail. Answers 409 `not_waiting`. To say yes, "
        "give the person a seat.",
        request=ReasonSerializer,
        responses={200: SeatRequestSerializer},
        tags=["requests"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, member: str) -> Response:
        """Decline the request."""
        entry = decline_seat_request(
            organization_id=organization.pk,
            membership_id=member_named(organization, member).pk,
            actor=caller_of(request).actor,
            now=timezone.now(),
            **body_of(request, ReasonSerializer),
        )
        return Response(SeatRequestSerializer(entry).data)


class SeatRequestMoveView(ApiView):
    """Putting somebody elsewhere."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.REQUESTS

    @extend_schema(
        operation_id="seat_request_move",
        summary="Put somebody elsewhere on the waiting list",
        description="The reason stands in the history. Answers 409 `not_waiting`.",
        request=PlaceSerializer,
        responses={200: PlacedSerializer},
        tags=["requests"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, member: str) -> Response:
        """Move the request."""
        place = move_on_waiting_list(
            organization_id=organization.pk,
            membership_id=member_named(organization, member).pk,
            actor=caller_of(request).actor,
            now=timezone.now(),
            **body_of(request, PlaceSerializer),
        )
        return Response({"place": place})


class SeatingView(ApiView):
    """Where a released seat goes."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SETTINGS

    @extend_schema(
        operation_id="seating_read",
        summary="Whether a released seat goes to the first who waits",
        responses={200: SeatingSerializer},
        tags=["requests"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the choice."""
        return Response({"seats_next": pool_of(organization.pk).seats_next})

    @extend_schema(
        operation_id="seating_choose",
        summary="Choose whether a released seat goes to the first who waits",
        request=SeatingSerializer,
        responses={200: SeatingSerializer},
        tags=["requests"],
    )
    @of_organization
    def put(self, request: Request, organization: Organization) -> Response:
        """Choose, from the next release on."""
        given = body_of(request, SeatingSerializer)
        choose_seating(
            organization_id=organization.pk,
            actor=caller_of(request).actor,
            now=timezone.now(),
            **given,
        )
        return Response(given)
