"""What the vendor answers to every customer's procurement, and proposes about how one buys."""

from datetime import date
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import VENDOR_KEY
from accounts.api.reading import all_of, body_of
from accounts.api.tenancy import of_organization, of_vendor, signed
from accounts.domain.scopes import Area
from accounts.models import Organization
from procurement.api.planning import (
    BuyingProfileSerializer,
    ProfileProposalSerializer,
    details_of,
)
from procurement.models import VendorAnswer, VendorContact
from procurement.selectors.calendar import today_of
from procurement.services.profile import propose_profile
from procurement.services.vendor_pack import (
    confirm_answer,
    remove_answer,
    save_answer,
    save_contact,
)


class NewAnswerSerializer(serializers.ModelSerializer[VendorAnswer]):
    """A question and its answer, in English and in other languages where there is one."""

    class Meta:
        model = VendorAnswer
        fields: tuple[str, ...] = (
            *("topic", "position", "question", "answer", "question_de", "answer_de"),
            *("question_id", "answer_id", "review_by"),
        )

    def validate_review_by(self, value: date) -> date:
        """Refuse a day that is over: writing is reviewing."""
        if value <= timezone.localdate():
            raise serializers.ValidationError("Choose a day that is still to come.")
        return value


class VendorAnswerSerializer(NewAnswerSerializer):
    """An answer as customers read it; after `review_by` it counts as stale."""

    class Meta(NewAnswerSerializer.Meta):
        fields = ("id", *NewAnswerSerializer.Meta.fields, "reviewed_on", "changed_at")


class VendorContactSerializer(serializers.Serializer[Any]):
    """Whom to ask about something; without name and e-mail there is nobody."""

    subject = serializers.ChoiceField(source="role", choices=VendorContact.Role.choices)
    name = serializers.CharField(max_length=200, allow_blank=True)
    email = serializers.EmailField(max_length=200, allow_blank=True)
    phone = serializers.CharField(max_length=60, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A contact has a name and an address, or is none."""
        if bool(attrs["name"]) != bool(attrs["email"]):
            missing = "email" if attrs["name"] else "name"
            raise serializers.ValidationError({missing: "Send both, or neither."})
        return attrs


class NewProposalSerializer(BuyingProfileSerializer):
    """A whole profile, and why the account manager proposes it."""

    note = serializers.CharField(max_length=500)


class PackView(ApiView):
    """An operation on the vendor's information, for vendor-wide keys."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.CATALOG


class VendorAnswersView(PackView):
    """Answers."""

    pagination_class = ordered_by("topic", "position", "pk")

    @extend_schema(
        operation_id="vendor_answers_list",
        summary="List what the vendor answers to procurement",
        description="By topic and position.",
        responses={200: VendorAnswerSerializer(many=True)},
        tags=["procurement"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return one page of answers."""
        return listed(self, request, VendorAnswer.objects.all(), VendorAnswerSerializer)

    @extend_schema(
        operation_id="vendor_answers_add",
        summary="Add an answer",
        description="Customers read it from now on.",
        request=NewAnswerSerializer,
        responses={201: VendorAnswerSerializer},
        tags=["procurement"],
    )
    @of_vendor
    def post(self, request: Request) -> Response:
        """Add the answer."""
        return _saved(request, None, 201)


class VendorAnswerView(PackView):
    """One answer."""

    @extend_schema(
        operation_id="vendor_answers_read",
        summary="Read an answer",
        responses={200: VendorAnswerSerializer},
        tags=["procurement"],
    )
    @of_vendor
    def get(self, request: Request, answer_id: int) -> Response:
        """Return the answer."""
        return Response(VendorAnswerSerializer(_answer(answer_id)).data)

    @extend_schema(
        operation_id="vendor_answers_change",
        summary="Write another version of an answer",
        description="Whole; what is left out is empty.",
        request=NewAnswerSerializer,
        responses={200: VendorAnswerSerializer},
        tags=["procurement"],
    )
    @of_vendor
    def put(self, request: Request, answer_id: int) -> Response:
        """Write the answer."""
        _answer(answer_id)
        return _saved(request, answer_id, 200)

    @extend_schema(
        operation_id="vendor_answers_remove",
        summary="Take an answer out",
        description="The history keeps its words.",
        responses={204: None},
        tags=["procurement"],
    )
    @of_vendor
    def delete(self, request: Request, answer_id: int) -> Response:
        """Remove the answer."""
        remove_answer(answer_id=_answer(answer_id).pk, **signed(request))
        return Response(status=204)


class VendorAnswerConfirmView(PackView):
    """Confirming an answer."""

    @extend_schema(
        operation_id="vendor_answers_confirm",
        summary="Confirm that an answer is still right",
        description="It is due again in a year.",
        request=None,
        responses={200: VendorAnswerSerializer},
        tags=["procurement"],
    )
    @of_vendor
    def post(self, request: Request, answer_id: int) -> Response:
        """Confirm the answer."""
        answer = confirm_answer(
            answer_id=_answer(answer_id).pk, today=timezone.localdate(), **signed(request)
        )
        return Response(VendorAnswerSerializer(answer).data)


class VendorContactsView(PackView):
    """Contacts."""

    @extend_schema(
        operation_id="vendor_contacts_list",
        summary="List whom customers may ask about what",
        responses={200: VendorContactSerializer(many=True)},
        tags=["procurement"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return the contacts."""
        return all_of(VendorContactSerializer, VendorContact.objects.all())

    @extend_schema(
        operation_id="vendor_contacts_set",
        summary="Say whom to ask about something",
        description="With name and e-mail empty there is nobody. Returns all contacts.",
        request=VendorContactSerializer,
        responses={200: VendorContactSerializer(many=True)},
        tags=["procurement"],
    )
    @of_vendor
    def put(self, request: Request) -> Response:
        """Write the contact."""
        save_contact(**body_of(request, VendorContactSerializer), **signed(request))
        return all_of(VendorContactSerializer, VendorContact.objects.all())


class ProfileProposeView(PackView):
    """Proposing how an organization buys."""

    area: ClassVar = Area.REQUESTS

    @extend_schema(
        operation_id="profile_proposals_make",
        summary="Propose to an organization how it buys",
        description="Whole; takes the place of an open proposal. The customer answers it.",
        request=NewProposalSerializer,
        responses={201: ProfileProposalSerializer},
        tags=["procurement"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Propose it."""
        given = body_of(request, NewProposalSerializer)
        note = given.pop("note")
        proposal = propose_profile(
            organization_id=organization.pk,
            details=details_of(given),
            note=note,
            today=today_of(organization, timezone.now()),
            **signed(request),
        )
        return Response(ProfileProposalSerializer(proposal).data, status=201)


def _answer(answer_id: int) -> VendorAnswer:
    return get_object_or_404(VendorAnswer, pk=answer_id)


def _saved(request: Request, answer_id: int | None, status: int) -> Response:
    empty = dict.fromkeys(("question_de", "answer_de", "question_id", "answer_id"), "")
    details = {"position": 0} | empty | body_of(request, NewAnswerSerializer)
    answer = save_answer(
        answer_id=answer_id, details=details, today=timezone.localdate(), **signed(request)
    )
    return Response(VendorAnswerSerializer(answer).data, status=status)
