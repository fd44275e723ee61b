"""The vendor's API: how counting usage stands, days counted anew, and the whole history."""

from functools import partial
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.history import HistoryEntrySerializer
from accounts.api.pagination import listed, ordered_by
from accounts.api.permissions import VENDOR_KEY
from accounts.api.reading import all_of, body_of, query_of
from accounts.api.tenancy import as_vendor, caller_of, find_organization
from accounts.domain.scopes import Area
from seats.models import UsageRebuild
from seats.services.rebuild import ask_rebuild
from seats.tasks import work_rebuilds
from signals.selectors import pipeline
from signals.selectors.history import SHOWS, vendor_entries

_MOST_REBUILDS = 100


class UsageRateSerializer(serializers.Serializer[pipeline.Rate]):
    """How many events an organization sent."""

    organization = serializers.CharField(help_text="its name")
    last_hour = serializers.IntegerField()
    last_day = serializers.IntegerField()


class UsageRejectsSerializer(serializers.Serializer[pipeline.Rejects]):
    """What was refused, and how often."""

    organization = serializers.CharField(help_text="its name; empty: of none that is known")
    code = serializers.CharField()
    field = serializers.CharField()
    events = serializers.IntegerField()


class UsageDriftSerializer(serializers.Serializer[pipeline.Drift]):
    """A day whose counts do not agree with its events."""

    organization = serializers.CharField(help_text="its name")
    day = serializers.DateField(source="finding.day")
    rows = serializers.IntegerField(source="finding.rows")
    example = serializers.CharField(source="finding.example")
    found_at = serializers.DateTimeField(source="finding.found_at")


class UsageHealthSerializer(serializers.Serializer[Any]):
    """How far counting and scanning are behind, and what went wrong."""

    waits_seconds = serializers.FloatField(help_text="the age of the first uncounted event")
    counted_at = serializers.DateTimeField(allow_null=True)
    scanned_at = serializers.DateTimeField(allow_null=True)
    events_of_last_day = serializers.IntegerField()
    quarantined = serializers.IntegerField(help_text="events that wait for a decision")
    kept_since = serializers.DateField(help_text="the first day of which raw events are kept")
    checked_at = serializers.DateTimeField(allow_null=True, help_text="for drift")
    rates = UsageRateSerializer(many=True)
    rejects = UsageRejectsSerializer(many=True, help_text="of seven days")
    drift = UsageDriftSerializer(many=True)


class RebuildSerializer(serializers.ModelSerializer[UsageRebuild]):
    """An order to count days anew; `changed` rows came out differently."""

    organization = serializers.CharField(
        source="organization.external_id", default=None, allow_null=True
    )
    state = serializers.CharField(help_text="`waiting`, `done` or `failed`")
    asked_by = serializers.CharField(source="asked_by_label")

    class Meta:
        model = UsageRebuild
        fields = (
            *("id", "organization", "since", "until", "next_day", "state", "changed", "reason"),
            *("asked_at", "asked_by", "ended_at"),
        )


class NewRebuildSerializer(serializers.Serializer[Any]):
    """Which days, both included, and whose."""

    since = serializers.DateField()
    until = serializers.DateField()
    organization = serializers.CharField(
        max_length=200, default=None, allow_null=True, help_text="external id; null: of all"
    )


class VendorEntrySerializer(HistoryEntrySerializer):
    """One change, and in which organization; null for what is the vendor's own."""

    organization = serializers.CharField(
        source="organization.external_id", default=None, allow_null=True
    )

    class Meta(HistoryEntrySerializer.Meta):
        fields = (*HistoryEntrySerializer.Meta.fields, "organization")  # type: ignore[assignment]


class VendorHistoryQuerySerializer(serializers.Serializer[Any]):
    """Which entries a list shows."""

    show = serializers.ChoiceField(choices=SHOWS, default="all")
    q = serializers.CharField(max_length=200, default="", allow_blank=True)


class UsageHealthView(ApiView):
    """The pipeline."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="usage_health",
        summary="How counting usage stands",
        description="Lag, rates of the organizations with most events, refusals and drift.",
        responses={200: UsageHealthSerializer},
        tags=["operations"],
    )
    def get(self, request: Request) -> Response:
        """Return how it stands."""
        now = timezone.now()
        with as_vendor():
            lag, check = pipeline.lag(now), pipeline.last_check()
            found = {
                "waits_seconds": lag.rollup_seconds,
                "counted_at": lag.counted_at,
                "scanned_at": lag.scanned_at,
                "events_of_last_day": pipeline.events_of_last_day(now),
                "quarantined": pipeline.quarantine_size(),
                "kept_since": pipeline.kept_since(now),
                "checked_at": check.ended_at if check else None,
                "rates": pipeline.rates(now),
                "rejects": pipeline.rejects(now),
                "drift": pipeline.open_drift(),
            }
        return Response(UsageHealthSerializer(found).data)


class RebuildsView(ApiView):
    """Days counted anew."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS
    commits_itself: ClassVar = True

    @extend_schema(
        operation_id="usage_rebuilds_list",
        summary="Orders to count days of usage anew",
        description=f"Newest first, {_MOST_REBUILDS} at most.",
        responses={200: RebuildSerializer(many=True)},
        tags=["operations"],
    )
    def get(self, request: Request) -> Response:
        """Return the last orders."""
        found = UsageRebuild.objects.using("pipeline").select_related("organization")
        return all_of(RebuildSerializer, found[:_MOST_REBUILDS])

    @extend_schema(
        operation_id="usage_rebuilds_order",
        summary="Have days of usage counted anew",
        description=(
            "From their raw events, in the background; only what differs is written. Days of "
            "which events were let go are 409 `days_gone`, days to come 409 `invalid_range`."
        ),
        request=NewRebuildSerializer,
        responses={202: RebuildSerializer},
        tags=["operations"],
    )
    def post(self, request: Request) -> Response:
        """Order a range of days."""
        given, caller = body_of(request, NewRebuildSerializer), caller_of(request)
        organization = None
        if name := given["organization"]:
            organization = find_organization(api_key=caller.api_key, external_id=name)
        order = ask_rebuild(
            since=given["since"],
            until=given["until"],
            organization_id=organization.pk if organization else None,
            actor=caller.actor,
            now=timezone.now(),
        )
        transaction.on_commit(partial(work_rebuilds.delay))
        return Response(RebuildSerializer(order).data, status=202)


class VendorHistoryView(ApiView):
    """The history over all organizations."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.HISTORY
    pagination_class = ordered_by("-at", "-id")

    @extend_schema(
        operation_id="vendor_history_list",
        summary="What was changed in all organizations, by whom and when",
        description="Newest first, with what is the vendor's own.",
        parameters=[
            OpenApiParameter("show", str, enum=SHOWS, description="what it is about"),
            OpenApiParameter("q", str, description="words of organization, actor, object or verb"),
        ],
        responses={200: VendorEntrySerializer(many=True)},
        tags=["history"],
    )
    def get(self, request: Request) -> Response:
        """Return one page of entries."""
        asked = query_of(request, VendorHistoryQuerySerializer)
        with as_vendor():
            found = vendor_entries(asked["show"], asked["q"])
            return listed(self, request, found, VendorEntrySerializer)
