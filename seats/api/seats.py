"""People are made and seats given and released over the API, by the member id of usage events."""

from typing import ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import ANY_KEY
from accounts.api.serializers import NewMemberSerializer
from accounts.api.tenancy import caller_of, granter_of, of_organization
from accounts.domain.scopes import Area
from accounts.models import Organization
from accounts.services.people import add_person
from seats.api.charges import refuse_charged_return
from seats.api.lookups import member_named
from seats.api.members import member_answer
from seats.api.serializers import MemberSerializer, NewSeatSerializer
from seats.api.views import MembersView
from seats.selectors.offers import seat_offer
from seats.services.seats import SeatLimitReached, assign_seat, note_refusal, release_seat


class PeopleView(MembersView):
    """The people of an organization: listed, and made."""

    @extend_schema(
        operation_id="organization_members_create",
        summary="Create a person",
        description=(
            "The person has no seat and no sign-in yet. A member id or address that is taken "
            "answers 409 `member_id_taken` or `person_exists`."
        ),
        request=NewMemberSerializer,
        responses={201: MemberSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Create a person; a vendor-wide key may make the first owner."""
        serializer = NewMemberSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        caller = caller_of(request)
        membership = add_person(
            organization_id=organization.pk,
            granter=granter_of(request),
            actor=caller.actor,
            now=timezone.now(),
            **serializer.validated_data,
        )
        return member_answer(membership, 201)


class SeatView(ApiView):
    """The seat of one person."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SEATS

    def handle_exception(self, exc: Exception) -> Response:
        """Note that the limit refused somebody; the refusal took its own note back with it."""
        if isinstance(exc, SeatLimitReached):
            note_refusal(**exc.about, now=timezone.now())
        return super().handle_exception(exc)

    @extend_schema(
        operation_id="seat_assign",
        summary="Give a person a seat",
        description=(
            "Answers 409 `seat_already_assigned`, `seats_are_held`, or `seat_limit_reached`: then "
            "`missing_seats` and `offer` say how many seats are missing, what they cost now, where "
            "an admin buys them (`purchase_url`) and where a member asks for one (`request_url`). "
            "Who was removed in a true-up brings the charge back until its lock-out ends: without "
            "`accept_charge` that answers 409 `return_is_charged` with `amount_minor`, `currency` "
            "and `until`."
        ),
        request=NewSeatSerializer,
        responses={201: MemberSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, member: str) -> Response:
        """Assign a seat from now on."""
        serializer = NewSeatSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        membership = member_named(organization, member)
        now = timezone.now()
        if not serializer.validated_data["accept_charge"]:
            refuse_charged_return(membership, now)
        try:
            assign_seat(
                organization_id=organization.pk,
                membership_id=membership.pk,
                actor=caller_of(request).actor,
                now=now,
            )
        except SeatLimitReached as refusal:
            offer = seat_offer(
                organization=organization,
                missing_seats=refusal.details["missing_seats"],
                now=now,
            )
            refusal.details["offer"] = offer.as_data()
            raise
        return member_answer(membership, 201)

    @extend_schema(
        operation_id="seat_release",
        summary="Release a person's seat",
        description="Tells them by mail. Answers 409 `no_seat_to_release` when there is none.",
        responses={204: None},
        tags=["people"],
    )
    @of_organization
    def delete(self, request: Request, organization: Organization, member: str) -> Response:
        """Release the seat as of now."""
        release_seat(
            organization_id=organization.pk,
            membership_id=member_named(organization, member).pk,
            actor=caller_of(request).actor,
            now=timezone.now(),
            tells=True,
        )
        return Response(status=204)
