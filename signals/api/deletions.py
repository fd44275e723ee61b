"""Deletions of people over the API: asked for by any key, decided as an owner would.

An organization's key speaks as an admin, and a deletion is an owner's to decide: such a key asks,
and an owner answers on the page. A vendor-wide key speaks as an owner; then every owner is told,
and has seven days to undo it.
"""

from typing import Any, ClassVar, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY
from accounts.api.persons import refuse_keys
from accounts.api.reading import body_of, query_of
from accounts.api.tenancy import caller_of, not_found, of_organization, signed
from accounts.domain.scopes import Area
from accounts.models import Organization, PersonDeletion
from seats.api.lookups import member_named
from signals.services.person_deletion import (
    OPEN,
    DeletionIsOver,
    ask_deletion,
    decline_deletion,
    plan_deletion,
    undo_deletion,
)

_DELETE: Final = "delete"
_DECLINE: Final = "decline"
DECISIONS: Final = [_DELETE, _DECLINE]


class DeletionSerializer(serializers.ModelSerializer[PersonDeletion]):
    """A deletion of a person; nothing is changed before `due_at`."""

    member = serializers.CharField(
        source="membership.external_id", help_text="`former-<number>` once they are deleted"
    )
    decided_by = serializers.CharField(source="decided_label")

    class Meta:
        model = PersonDeletion
        fields: tuple[str, ...] = (
            *("id", "member", "state", "is_own_wish", "asked_at", "decided_at", "decided_by"),
            *("note", "due_at", "ended_at", "problem"),
        )


class DeletionQuerySerializer(serializers.Serializer[Any]):
    """Which deletions a list shows."""

    state = serializers.ChoiceField(choices=PersonDeletion.State.choices, required=False)


class NewDeletionSerializer(serializers.Serializer[Any]):
    """Whom to delete."""

    member = serializers.CharField(max_length=254, help_text="member id or e-mail address")
    is_own_wish = serializers.BooleanField(
        default=True, help_text="whether the person asked for it themselves"
    )


class DeletionDecisionSerializer(serializers.Serializer[Any]):
    """What is decided about a deletion that was asked for."""

    decision = serializers.ChoiceField(choices=DECISIONS)
    note = serializers.CharField(
        max_length=300,
        default="",
        allow_blank=True,
        help_text="why not; the person reads it. Needed to decline",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Whoever declines says why."""
        if attrs["decision"] == _DECLINE and not attrs["note"]:
            raise serializers.ValidationError(
                {"note": _("Say why: the person reads it. Nothing was declined.")}
            )
        return attrs


class DeletionsView(ApiView):
    """The deletions of an organization's people."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE
    pagination_class = ordered_by("-asked_at", "-pk")

    @extend_schema(
        operation_id="deletions_list",
        summary="Deletions of people",
        description="Asked for, waiting, done, declined and undone; the latest first.",
        parameters=[DeletionQuerySerializer],
        responses={200: DeletionSerializer(many=True)},
        tags=["people"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of deletions."""
        chosen = query_of(request, DeletionQuerySerializer)
        found = PersonDeletion.objects.select_related("membership").filter(
            organization=organization, **chosen
        )
        return listed(self, request, found, DeletionSerializer)

    @extend_schema(
        operation_id="deletions_ask",
        summary="Ask that a person is deleted",
        description=(
            "Every owner is told by mail and decides; nothing happens before. Asking twice is "
            "once. Somebody who is deleted already answers 409 `deletion_is_over`."
        ),
        request=NewDeletionSerializer,
        responses={201: DeletionSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization) -> Response:
        """Ask the owners."""
        given = body_of(request, NewDeletionSerializer)
        asked = ask_deletion(
            organization_id=organization.pk,
            membership_id=member_named(organization, given["member"]).pk,
            is_own_wish=given["is_own_wish"],
            **signed(request),
        )
        return Response(DeletionSerializer(asked).data, status=201)


class DeletionView(ApiView):
    """One of them."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="deletions_read",
        summary="A deletion of a person",
        responses={200: DeletionSerializer},
        tags=["people"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization, deletion_id: int) -> Response:
        """Return the deletion."""
        return Response(DeletionSerializer(_deletion(organization, deletion_id)).data)


class DeletionDecisionView(ApiView):
    """Deciding."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="deletions_decide",
        summary="Decide a deletion that was asked for",
        description=(
            "`delete`: it is done in seven days, the person and every owner are told by mail, and "
            "any owner can undo it. `decline`: with a note for the person. Takes a vendor-wide "
            "key; an organization's key answers 409 `decided_by_a_person` with the page where an "
            "owner decides. Answers 409 `nobody_left_in_charge` for the last owner and 409 "
            "`deletion_is_over` where it is decided."
        ),
        request=DeletionDecisionSerializer,
        responses={200: DeletionSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, deletion_id: int) -> Response:
        """Decide it."""
        found = _as_owner(request, organization, deletion_id)
        given = body_of(request, DeletionDecisionSerializer)
        common: dict[str, Any] = {
            "organization_id": organization.pk,
            "membership_id": found.membership_id,
            **signed(request),
        }
        if found.state not in OPEN:
            raise DeletionIsOver(_("This was decided already."))
        if given["decision"] == _DELETE:
            decided = plan_deletion(**common)
        else:
            decided = decline_deletion(note=given["note"], **common)
        return Response(DeletionSerializer(decided).data)


class DeletionUndoView(ApiView):
    """Undoing."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.PEOPLE

    @extend_schema(
        operation_id="deletions_undo",
        summary="Take a deletion back before its day",
        description=(
            "The person is told that they stay. Takes a vendor-wide key; an organization's key "
            "answers 409 `decided_by_a_person`. Answers 409 `deletion_is_over` where nothing waits."
        ),
        request=None,
        responses={200: DeletionSerializer},
        tags=["people"],
    )
    @of_organization
    def post(self, request: Request, organization: Organization, deletion_id: int) -> Response:
        """Undo it."""
        found = _as_owner(request, organization, deletion_id)
        undone = undo_deletion(
            organization_id=organization.pk, membership_id=found.membership_id, **signed(request)
        )
        return Response(DeletionSerializer(undone).data)


def _deletion(organization: Organization, deletion_id: int) -> PersonDeletion:
    with not_found():
        return PersonDeletion.objects.select_related("membership").get(
            pk=deletion_id, organization=organization
        )


def _as_owner(request: Request, organization: Organization, deletion_id: int) -> PersonDeletion:
    """Return the deletion to a key that speaks as an owner. Raises DecidedByAPerson."""
    found = _deletion(organization, deletion_id)
    if not caller_of(request).api_key.is_vendor_wide:
        page = reverse("person_deletion", args=[organization.slug, found.membership_id])
        raise refuse_keys(page)
    return found
