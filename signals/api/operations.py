"""The state of the vendor's operations over the API: jobs, retention, usage put aside."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import VENDOR_KEY
from accounts.api.reading import all_of
from accounts.api.tenancy import as_vendor, caller_of, not_found
from accounts.domain.scopes import Area
from seats.services.quarantine import discard, replay
from signals.jobs import scheduled_jobs
from signals.selectors.jobs import JobRow, job_rows
from signals.selectors.pipeline import Quarantined, quarantined
from signals.selectors.retention import RetentionRow, retention_rows


class JobSerializer(serializers.Serializer[JobRow]):
    """A scheduled job with its last run."""

    job = serializers.CharField(source="task")
    name = serializers.CharField()
    schedule = serializers.CharField()
    state = serializers.CharField(source="kind", help_text="good, warn or bad")
    sentence = serializers.CharField(source="label")
    last_started_at = serializers.DateTimeField(
        source="run.started_at", default=None, allow_null=True
    )
    seconds = serializers.FloatField(allow_null=True, help_text="how long the last run took")
    next_run_at = serializers.DateTimeField(allow_null=True)


class KeepingSerializer(serializers.Serializer[RetentionRow]):
    """What is kept for how long, and what the last run let go."""

    name = serializers.CharField(source="keeping.name")
    what = serializers.CharField(source="keeping.what")
    kept_for = serializers.CharField(help_text="in words")
    kept_for_seconds = serializers.SerializerMethodField(help_text="0: until it ends")
    state = serializers.CharField(source="kind", help_text="good, warn, bad, or none before a run")
    sentence = serializers.CharField(source="label")
    problem = serializers.CharField(source="run.problem", default="")
    last_run_at = serializers.DateTimeField(source="run.ran_at", default=None, allow_null=True)
    next_run_at = serializers.DateTimeField(allow_null=True)
    rows = serializers.IntegerField(source="run.rows", default=0, help_text="of the last run")
    rows_ever = serializers.IntegerField(source="run.rows_ever", default=0)

    def get_kept_for_seconds(self, row: RetentionRow) -> int:
        """Return the period."""
        return int(row.keeping.kept_for.total_seconds())


class QuarantinedSerializer(serializers.Serializer[Quarantined]):
    """An event that could not be counted."""

    id = serializers.IntegerField(source="event.pk")
    organization = serializers.CharField(help_text="its name")
    event_id = serializers.CharField(source="event.event_id")
    at = serializers.DateTimeField(source="event.at")
    reason = serializers.CharField(source="event.reason")


class ReplayedSerializer(serializers.Serializer[Any]):
    """Whether the event is counted now."""

    is_counted = serializers.BooleanField()


class JobsView(ApiView):
    """Scheduled jobs."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="jobs_list",
        summary="Scheduled jobs with their last run",
        responses={200: JobSerializer(many=True)},
        tags=["operations"],
    )
    def get(self, request: Request) -> Response:
        """Return every job."""
        with as_vendor():
            return all_of(JobSerializer, job_rows(scheduled_jobs(), now=timezone.now()))


class RetentionView(ApiView):
    """What is let go after its time."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="retention_list",
        summary="What is kept for how long, with the last run of each rule",
        description="Those that failed or are late first.",
        responses={200: KeepingSerializer(many=True)},
        tags=["operations"],
    )
    def get(self, request: Request) -> Response:
        """Return every rule."""
        with as_vendor():
            return all_of(KeepingSerializer, retention_rows(now=timezone.now()))


class QuarantineView(ApiView):
    """Usage put aside."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="quarantine_list",
        summary="Usage events that could not be counted and wait for a decision",
        description="At most 200.",
        responses={200: QuarantinedSerializer(many=True)},
        tags=["operations"],
    )
    def get(self, request: Request) -> Response:
        """Return what waits."""
        return all_of(QuarantinedSerializer, quarantined())


class QuarantineReplayView(ApiView):
    """Counting again."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS
    commits_itself: ClassVar = True

    @extend_schema(
        operation_id="quarantine_replay",
        summary="Try to count an event again",
        request=None,
        responses={200: ReplayedSerializer},
        tags=["operations"],
    )
    def post(self, request: Request, quarantined_id: int) -> Response:
        """Replay the event."""
        with not_found():
            counted = replay(
                quarantined_id=quarantined_id,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response({"is_counted": counted})


class QuarantineDiscardView(ApiView):
    """Giving up."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS
    commits_itself: ClassVar = True

    @extend_schema(
        operation_id="quarantine_discard",
        summary="Give an event up",
        description="It is kept and never counted.",
        request=None,
        responses={204: None},
        tags=["operations"],
    )
    def post(self, request: Request, quarantined_id: int) -> Response:
        """Discard the event."""
        with not_found():
            discard(
                quarantined_id=quarantined_id,
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return Response(status=204)
