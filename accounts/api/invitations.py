"""Invitations over the API: sent, sent again, taken back. Accepting one is for who got the mail."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import CreatedCursorPagination, listed
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import body_of
from accounts.api.tenancy import caller_of, granter_of, not_found, of_organization
from accounts.domain.scopes import Area
from accounts.models import Invitation, Membership, Organization
from accounts.selectors.settings import unanswered_invitations
from accounts.services.invitations import invite_person, resend_invitation, revoke_invitation


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An invitation that nobody has answered. Its link is in the mail alone."""

    is_expired = serializers.SerializerMethodField()

    class Meta:
        model = Invitation
        fields = ("id", "email", "role", "with_seat", "created_at", "expires_at", "is_expired")

    def get_is_expired(self, invitation: Invitation) -> bool:
        """Tell whether the link no longer works."""
        return not invitation.is_open(timezone.now())


class NewInvitationSerializer(serializers.Serializer[Any]):
    """Whom to invite as what."""

    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(
        choices=Membership.Role.choices,
        default=Membership.Role.MEMBER,
        help_text="`owner` needs a vendor-wide key.",
    )
    with_seat = serializers.BooleanField(
        default=True, help_text="a seat, or a place on the waiting list when none is left"
    )
    name = serializers.CharField(max_length=150, default="", allow_blank=True)
    department = serializers.CharField(
        max_length=120, default="", allow_blank=True, help_text="A name; a new one is made."
    )


class InvitationsView(ApiView):
    """The invitations of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE
    pagination_class = CreatedCursorPagination

    @extend_schema(
        operation_id="invitations_list",
        summary="List invitations that nobody has answered",
        description="Newest first; some have expired and can be sent again.",
        responses={200: InvitationSerializer(many=True)},
        tags=["people"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of invitations."""
        found = unanswered_invitations().filter(organization=organization)
        return listed(self, request, found, InvitationSerializer)

    @extend_schema(
        operation_id="invitations_create",
        summary="Invite somebody",
        description=(
            "Sends a mail with a link that works once. Answers 409 `already_member` or "
            "`already_invited`, and 403 `role_not_yours_to_give`."
        ),
        request=NewInvitationSerializer,
        responses={201: InvitationSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Invite an address."""
        made = invite_person(
            organization_id=organization.pk,
            granter=granter_of(request),
            actor=caller_of(request).actor,
            now=timezone.now(),
            **body_of(request, NewInvitationSerializer),
        )
        return Response(InvitationSerializer(made).data, status=201)


class InvitationView(ApiView):
    """One invitation."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="invitations_revoke",
        summary="Take an invitation back",
        description="Its link no longer works. Answers 409 `invitation_closed` once answered.",
        responses={204: None},
        tags=["people"],
    )
    @of_organization
    def delete(self, request: Request, organization: Organization, invitation_id: int) -> Response:
        """Revoke the invitation."""
        with not_found():
            revoke_invitation(
                organization_id=organization.pk,
                invitation_id=invitation_id,
                granter=granter_of(request),
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response(status=204)


class InvitationResendView(ApiView):
    """Sending an invitation again."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="invitations_resend",
        summary="Send an invitation again",
        description=(
            "With a new link; the earlier one no longer works. Shortly after a mail it answers 409 "
            "`invitation_just_sent`."
        ),
        request=None,
        responses={200: InvitationSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, invitation_id: int) -> Response:
        """Send the invitation again."""
        with not_found():
            sent = resend_invitation(
                organization_id=organization.pk,
                invitation_id=invitation_id,
                granter=granter_of(request),
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response(InvitationSerializer(sent).data)
