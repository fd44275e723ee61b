"""The history of an organization over the API, and who of the vendor looked at it."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import ANY_KEY
from accounts.api.reading import query_of
from accounts.api.tenancy import of_organization
from accounts.domain.scopes import Area
from accounts.models import HistoryEntry, Organization, StaffAccess
from accounts.selectors.history import history_line, organization_history, staff_accesses


class HistoryEntrySerializer(serializers.ModelSerializer[HistoryEntry]):
    """One change: who, what, when. Entries are never changed."""

    actor = serializers.CharField(source="actor_label")
    sentence = serializers.SerializerMethodField(help_text="the same for people")

    class Meta:
        model = HistoryEntry
        fields = (
            *("id", "at", "actor", "verb", "object_type", "object_id", "object_label"),
            *("changes", "sentence"),
        )

    def get_sentence(self, entry: HistoryEntry) -> str:
        """Return the entry as the page says it."""
        return history_line(entry).title


class HistoryQuerySerializer(serializers.Serializer[Any]):
    """Which entries a list shows."""

    q = serializers.CharField(
        max_length=200,
        required=False,
        default="",
        allow_blank=True,
        help_text="words of who did it or what it was done to",
    )
    object_type = serializers.CharField(
        max_length=60, required=False, default="", help_text="such as `membership`"
    )
    verb = serializers.CharField(
        max_length=80, required=False, default="", help_text="such as `seat_assigned`"
    )
    since = serializers.DateTimeField(required=False, help_text="from that moment on")
    until = serializers.DateTimeField(required=False, help_text="before that moment")


class StaffAccessSerializer(serializers.ModelSerializer[StaffAccess]):
    """Somebody of the vendor opened a page about the organization."""

    actor = serializers.CharField(source="actor_label")

    class Meta:
        model = StaffAccess
        fields = ("id", "at", "actor", "page")


class HistoryView(ApiView):
    """The history of an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.HISTORY
    pagination_class = ordered_by("-at", "-id")

    @extend_schema(
        operation_id="history_list",
        summary="What was changed, by whom and when",
        description="Newest first, without what is the vendor's own.",
        parameters=[HistoryQuerySerializer],
        responses={200: HistoryEntrySerializer(many=True)},
        tags=["history"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of entries."""
        asked = query_of(request, HistoryQuerySerializer)
        entries = organization_history(
            organization_id=organization.pk,
            search=asked["q"],
            object_type=asked["object_type"],
            verb=asked["verb"],
        )
        if "since" in asked:
            entries = entries.filter(at__gte=asked["since"])
        if "until" in asked:
            entries = entries.filter(at__lt=asked["until"])
        return listed(self, request, entries, HistoryEntrySerializer)


class StaffAccessView(ApiView):
    """Who of the vendor looked at an organization."""

    access: ClassVar = ANY_KEY
    area: ClassVar = Area.HISTORY
    pagination_class = ordered_by("-at", "-id")

    @extend_schema(
        operation_id="vendor_access_list",
        summary="Who of the vendor opened which page about the organization",
        description="Newest first.",
        responses={200: StaffAccessSerializer(many=True)},
        tags=["history"],
    )
    @of_organization
    def get(self, request: Request, organization: Organization) -> Response:
        """Return one page of reads."""
        found = staff_accesses(organization_id=organization.pk)
        return listed(self, request, found, StaffAccessSerializer)
