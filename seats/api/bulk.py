"""Seats of several people at once: given, released, moved, with who was left without one."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import body_of
from accounts.api.tenancy import caller_of, of_organization
from accounts.domain.scopes import Area
from accounts.models import Membership, Organization
from seats.api.charges import refuse_charged_return
from seats.api.limits import SeatOfferSerializer
from seats.api.lookups import MOST_AT_ONCE, member_named, members_named
from seats.api.members import member_answer
from seats.api.serializers import MemberSerializer, NewSeatSerializer
from seats.selectors.offers import missing_seats, seat_offer
from seats.services.people import BulkResult, assign_seats, reassign_seat, release_seats
from seats.services.waiting import put_on_waiting_list


class SeveralSerializer(serializers.Serializer[Any]):
    """Whom it is about, each once."""

    members = serializers.ListField(
        child=serializers.CharField(max_length=254),
        min_length=1,
        max_length=MOST_AT_ONCE,
        help_text="member ids or e-mail addresses, in the order in which seats are given",
    )


class SeveralSeatsSerializer(SeveralSerializer, NewSeatSerializer):
    """Who gets a seat, and whether the charge of a return is agreed to."""


class BulkSeatsSerializer(serializers.Serializer[Any]):
    """How it ended; every person is in one of the three lists."""

    done = serializers.ListField(child=serializers.CharField())
    unchanged = serializers.ListField(
        child=serializers.CharField(), help_text="had a seat, had none, or cannot have one"
    )
    without_seat = serializers.ListField(
        child=serializers.CharField(), help_text="for whom no seat was left"
    )
    missing_seats = serializers.IntegerField()
    offer = SeatOfferSerializer(allow_null=True, help_text="what the missing seats cost now")


def _keys(people: list[Membership]) -> list[str]:
    return [person.external_id or person.email for person in people]


def bulk_answer(organization: Organization, result: BulkResult) -> Response:
    """Return how it ended, with what the missing seats cost now."""
    now = timezone.now()
    missing = 0
    if result.without_seat:
        missing = missing_seats(
            organization_id=organization.pk,
            membership_ids=[person.pk for person in result.without_seat],
            now=now,
        ).seats
    offer = (
        seat_offer(organization=organization, missing_seats=missing, now=now).as_data()
        if missing
        else None
    )
    return Response(
        {
            "done": _keys(result.done),
            "unchanged": _keys(result.unchanged),
            "without_seat": _keys(result.without_seat),
            "missing_seats": missing,
            "offer": offer,
        }
    )


class SeatsAssignView(ApiView):
    """Giving several seats."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SEATS

    @extend_schema(
        operation_id="seats_assign_bulk",
        summary="Give several people a seat",
        description=(
            f"At most {MOST_AT_ONCE} people, in the given order, until none is left: for whom is "
            "said with what the missing seats cost now. Nobody is charged by it. Who was removed "
            "in a true-up answers 409 `return_is_charged` for all without `accept_charge`."
        ),
        request=SeveralSeatsSerializer,
        responses={200: BulkSeatsSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Assign the seats in one transaction."""
        given = body_of(request, SeveralSeatsSerializer)
        people = members_named(organization, given["members"])
        now = timezone.now()
        if not given["accept_charge"]:
            for person in people:
                refuse_charged_return(person, now)
        result = assign_seats(
            organization_id=organization.pk,
            membership_ids=[person.pk for person in people],
            actor=caller_of(request).actor,
            now=now,
        )
        return bulk_answer(organization, result)


class SeatsReleaseView(ApiView):
    """Releasing several seats."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SEATS

    @extend_schema(
        operation_id="seats_release_bulk",
        summary="Release several people's seats",
        description=f"At most {MOST_AT_ONCE} people, in one transaction. Each is told by mail.",
        request=SeveralSerializer,
        responses={200: BulkSeatsSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Release the seats in one transaction."""
        given = body_of(request, SeveralSerializer)
        result = release_seats(
            organization_id=organization.pk,
            membership_ids=[p.pk for p in members_named(organization, given["members"])],
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return bulk_answer(organization, result)


class WaitingSerializer(serializers.Serializer[Any]):
    """Who waits now."""

    waiting = serializers.IntegerField(help_text="how many of the people wait now")


class SeatsWaitView(ApiView):
    """Having several people wait."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.REQUESTS

    @extend_schema(
        operation_id="seats_wait_bulk",
        summary="Put several people on the waiting list",
        description="In the given order. Answers 409 `seat_already_assigned` for who has a seat.",
        request=SeveralSerializer,
        responses={200: WaitingSerializer},
        tags=["requests"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Put them on the list in one transaction."""
        given = body_of(request, SeveralSerializer)
        entries = put_on_waiting_list(
            organization_id=organization.pk,
            membership_ids=[p.pk for p in members_named(organization, given["members"])],
            actor=caller_of(request).actor,
            now=timezone.now(),
        )
        return Response({"waiting": len(entries)})


class ReassignSerializer(NewSeatSerializer):
    """Who gets the seat, and whether the charge of a return is agreed to."""

    to = serializers.CharField(max_length=254, help_text="a member id or an e-mail address")


class SeatReassignView(ApiView):
    """Moving a seat."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SEATS

    @extend_schema(
        operation_id="seat_reassign",
        summary="Move a person's seat to somebody else",
        description="In one step, so that nobody who waits gets it in between. Tells both by mail.",
        request=ReassignSerializer,
        responses={200: MemberSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, member: str) -> Response:
        """Move the seat and return who has it now."""
        given = body_of(request, ReassignSerializer)
        giver = member_named(organization, member)
        named = members_named(organization, [given["to"]]) if given["to"] else []
        if not named or named[0].pk == giver.pk:
            raise ValidationError({"to": ["Name somebody else."]})
        now = timezone.now()
        if not given["accept_charge"]:
            refuse_charged_return(named[0], now)
        reassign_seat(
            organization_id=organization.pk,
            from_membership_id=giver.pk,
            to_membership_id=named[0].pk,
            actor=caller_of(request).actor,
            now=now,
        )
        return member_answer(named[0])
