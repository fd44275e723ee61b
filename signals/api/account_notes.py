"""What the vendor's people keep about an account, and what customers asked the vendor for."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY, VENDOR_KEY
from accounts.api.reading import all_of, body_of, query_of
from accounts.api.tenancy import as_vendor, caller_of, not_found, of_organization
from accounts.domain.scopes import Area
from accounts.models import Organization
from signals.models import AccountNote, VendorRequest
from signals.selectors.notes import notes_of
from signals.services.notes import write_note
from signals.services.vendor_requests import answer_request, ask_vendor

_LONGEST = 10_000


class AccountNoteSerializer(serializers.ModelSerializer[AccountNote]):
    """A note as it stands; `key` names it over all its versions."""

    author = serializers.CharField(source="author_label")

    class Meta:
        model = AccountNote
        fields = ("key", "version", "body", "author", "at")


class NoteBodySerializer(serializers.Serializer[Any]):
    """What a note says."""

    body = serializers.CharField(max_length=_LONGEST)


class VendorRequestSerializer(serializers.ModelSerializer[VendorRequest]):
    """What a customer asked the vendor for, and the answer."""

    organization = serializers.SlugRelatedField[Any](slug_field="external_id", read_only=True)
    asked_by = serializers.CharField(source="asked_by_label")
    answered_by = serializers.CharField(source="answered_by_label")

    class Meta:
        model = VendorRequest
        fields = (
            *("id", "organization", "category", "text", "asked_by", "asked_at"),
            *("answer", "answered_by", "answered_at"),
        )


class NewVendorRequestSerializer(serializers.Serializer[Any]):
    """What is asked for."""

    category = serializers.ChoiceField(choices=VendorRequest.Category.choices)
    text = serializers.CharField(max_length=2000)


class VendorRequestQuerySerializer(serializers.Serializer[Any]):
    """Which requests a list shows."""

    answered = serializers.BooleanField(required=False)


class AnswerSerializer(serializers.Serializer[Any]):
    """The answer."""

    answer = serializers.CharField(max_length=2000)


class NotesView(ApiView):
    """Notes about an account."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="notes_list",
        summary="The vendor's notes about an organization",
        description="Those written or changed last first. Takes a vendor-wide key.",
        responses={200: AccountNoteSerializer(many=True)},
        tags=["accounts"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return the notes as they stand."""
        return all_of(AccountNoteSerializer, [note.now for note in notes_of(organization.pk)])

    @extend_schema(
        operation_id="notes_write",
        summary="Write a note about an organization",
        description="Takes a vendor-wide key.",
        request=NoteBodySerializer,
        responses={201: AccountNoteSerializer},
        tags=["accounts"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Write a note."""
        note = write_note(
            organization_id=organization.pk,
            actor=caller_of(request).actor,
            now=timezone.now(),
            **body_of(request, NoteBodySerializer),
        )
        return Response(AccountNoteSerializer(note).data, status=201)


class NoteView(ApiView):
    """One note."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="notes_change",
        summary="Write the next version of a note",
        request=NoteBodySerializer,
        responses={200: AccountNoteSerializer},
        tags=["accounts"],
    )
    @of_organization
    def put(self, request: Request, organization: Organization, note_key: UUID) -> Response:
        """Write the next version."""
        given = body_of(request, NoteBodySerializer)
        return Response(
            AccountNoteSerializer(self._write(request, organization, note_key, **given)).data
        )

    @extend_schema(
        operation_id="notes_delete",
        summary="Delete a note",
        description="Its versions are kept and no longer shown.",
        responses={204: None},
        tags=["accounts"],
    )
    @of_organization
    def delete(self, request: Request, organization: Organization, note_key: UUID) -> Response:
        """Write an empty version."""
        self._write(request, organization, note_key, body="")
        return Response(status=204)

    def _write(
        self, request: Request, organization: Organization, key: UUID, *, body: str
    ) -> AccountNote:
        with not_found():
            return write_note(
                organization_id=organization.pk,
                body=body,
                key=key,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )


class AskVendorView(ApiView):
    """What an organization asked the vendor for."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.SIGNALS
    pagination_class = ordered_by("-asked_at", "-pk")

    @extend_schema(
        operation_id="vendor_requests_of_organization",
        summary="What an organization asked the vendor for",
        description="The latest first.",
        responses={200: VendorRequestSerializer(many=True)},
        tags=["accounts"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of requests."""
        found = VendorRequest.objects.filter(organization=organization)
        return listed(self, request, found.select_related("organization"), VendorRequestSerializer)

    @extend_schema(
        operation_id="vendor_requests_make",
        summary="Ask the vendor for something",
        request=NewVendorRequestSerializer,
        responses={201: VendorRequestSerializer},
        tags=["accounts"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Ask."""
        made = ask_vendor(
            organization_id=organization.pk,
            actor=caller_of(request).actor,
            now=timezone.now(),
            **body_of(request, NewVendorRequestSerializer),
        )
        return Response(VendorRequestSerializer(made).data, status=201)


class VendorRequestsView(ApiView):
    """What all organizations asked for."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS
    pagination_class = ordered_by("-asked_at", "-pk")

    @extend_schema(
        operation_id="vendor_requests_list",
        summary="What organizations asked the vendor for",
        description="The latest first. Takes a vendor-wide key.",
        parameters=[VendorRequestQuerySerializer],
        responses={200: VendorRequestSerializer(many=True)},
        tags=["accounts"],
    )
    def get(self, request: Request) -> Response:
        """Return one page of requests."""
        answered = query_of(request, VendorRequestQuerySerializer).get("answered")
        with as_vendor():
            found = VendorRequest.objects.select_related("organization")
            if answered is not None:
                found = found.filter(answered_at__isnull=not answered)
            return listed(self, request, found, VendorRequestSerializer)


class VendorRequestAnswerView(ApiView):
    """Answering."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="vendor_requests_answer",
        summary="Answer what an organization asked for",
        description="Once; a second answer is 409.",
        request=AnswerSerializer,
        responses={200: VendorRequestSerializer},
        tags=["accounts"],
    )
    def post(self, request: Request, asked_id: int) -> Response:
        """Answer."""
        given = body_of(request, AnswerSerializer)
        with as_vendor(), not_found():
            asked = VendorRequest.objects.get(pk=asked_id)
            answered = answer_request(
                organization_id=asked.organization_id,
                request_id=asked_id,
                actor=caller_of(request).actor,
                now=timezone.now(),
                **given,
            )
            return Response(VendorRequestSerializer(answered).data)
