"""How the pipeline of usage stands: lag, rates, refusals, quarantine, rebuilds, drift.

Read as the pipeline over all organizations, for the operations page and for /metrics.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.db import connections
from django.db.models import Count, Sum
from redis.exceptions import RedisError

from accounts.models import Organization
from billing.selectors.health import Measure
from seats.models import (
    CountedHour,
    DriftCheck,
    DriftFinding,
    QuarantinedEvent,
    RejectDay,
    RollupWatermark,
    UsageRebuild,
)
from seats.services.ingest_load import IngestLoad, ingest_load
from seats.services.retention import oldest_kept_day
from seats.services.rollup import WATERMARK
from signals.models import JobRun, ScanWatermark
from signals.selectors.jobs import JobRow

TOP: Final = 20
SCAN: Final = "signals.tasks.scan_organizations"
_PIPELINE: Final = "pipeline"

# The index by transaction gives the first event that waits, however many there are.
_OLDEST_UNCOUNTED = """
SELECT received_at FROM seats_usageevent
WHERE xid >= (SELECT xid::text::xid8 FROM seats_rollupwatermark WHERE name = %s)
ORDER BY xid LIMIT 1
"""

# What the next scan has to look at, as it will find it.
_WAITING = """
SELECT count(*) FROM (
    SELECT c.organization_id FROM seats_organizationchange c, signals_scanwatermark seen
    WHERE seen.name = %(scan)s AND c.xid >= pg_snapshot_xmin(seen.snapshot::pg_snapshot)
        AND NOT pg_visible_in_snapshot(c.xid, seen.snapshot::pg_snapshot)
    UNION
    SELECT organization_id FROM signals_organizationlook WHERE look_again_at <= %(now)s
) either
"""


@dataclass(frozen=True, slots=True)
class Lag:
    """How many seconds the first event waits to be counted, and since when nothing moved.

    `looked` is at how many organizations the last scan looked that had any, `waiting` how many have
    changed since or have their moment come, `full_at` when everything was last counted anew.
    """

    rollup_seconds: float
    counted_at: datetime | None
    scanned_at: datetime | None
    looked: int = 0
    waiting: int = 0
    full_at: datetime | None = None

    def scan_seconds(self, now: datetime) -> float | None:
        """The age of the last scan that ended well; None before the first."""
        return None if self.scanned_at is None else (now - self.scanned_at).total_seconds()

    def full_seconds(self, now: datetime) -> float | None:
        """The age of the last scan of everything; None before the first."""
        return None if self.full_at is None else (now - self.full_at).total_seconds()


def lag(now: datetime) -> Lag:
    """Return how far counting and scanning are behind."""
    with connections[_PIPELINE].cursor() as cursor:
        cursor.execute(_OLDEST_UNCOUNTED, [WATERMARK])
        oldest = cursor.fetchone()
        cursor.execute(_WAITING, {"scan": ScanWatermark.NAME, "now": now})
        (waiting,) = cursor.fetchone()
    watermark = RollupWatermark.objects.using(_PIPELINE).filter(name=WATERMARK).first()
    seen = ScanWatermark.objects.using(_PIPELINE).filter(name=ScanWatermark.NAME).first()
    scan = JobRun.objects.filter(job=SCAN).first()
    return Lag(
        rollup_seconds=max((now - oldest[0]).total_seconds(), 0) if oldest else 0,
        counted_at=watermark.moved_at if watermark else None,
        scanned_at=scan.succeeded_at if scan else None,
        looked=seen.organizations if seen else 0,
        waiting=waiting,
        full_at=seen.full_at if seen else None,
    )


@dataclass(frozen=True, slots=True)
class Rate:
    """Events of an organization that were counted in the last hour and the last day."""

    organization: str
    last_hour: int
    last_day: int


def rates(now: datetime) -> list[Rate]:
    """Return the organizations with most events in the last 24 hours, TOP at most.

    Hours are those of the clock: the last hour is the running one and the one before.
    """
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    hours = CountedHour.objects.using(_PIPELINE).order_by()
    by_day = dict(
        hours.filter(hour__gt=this_hour - timedelta(days=1))
        .values_list("organization_id")
        .annotate(total=Sum("events"))
        .order_by("-total", "organization_id")[:TOP]
    )
    by_hour = dict(
        hours.filter(hour__gte=this_hour - timedelta(hours=1), organization_id__in=by_day)
        .values_list("organization_id")
        .annotate(total=Sum("events"))
    )
    names = organization_names(by_day)
    return [Rate(names.get(pk, str(pk)), by_hour.get(pk, 0), total) for pk, total in by_day.items()]


def events_of_last_day(now: datetime) -> int:
    """Return how many events were counted in the last 24 hours, of all organizations."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    hours = CountedHour.objects.using(_PIPELINE).filter(hour__gt=this_hour - timedelta(days=1))
    return int(hours.aggregate(total=Sum("events"))["total"] or 0)


@dataclass(frozen=True, slots=True)
class Rejects:
    """Refused events of one organization (empty: of none that is known), code and field."""

    organization: str
    code: str
    field: str
    events: int


def rejects(now: datetime, *, days: int = 7) -> list[Rejects]:
    """Return what was refused most in the last days, TOP rows at most."""
    since = (now.astimezone(UTC) - timedelta(days=days - 1)).date()
    rows = list(
        RejectDay.objects.using(_PIPELINE)
        .filter(day__gte=since)
        .order_by()
        .values_list("organization_id", "code", "field")
        .annotate(total=Sum("events"))
        .order_by("-total", "organization_id", "code")[:TOP]
    )
    names = organization_names(row[0] for row in rows)
    return [Rejects(names.get(pk, ""), code, field, total) for pk, code, field, total in rows]


def load_of_ingest(now: datetime) -> IngestLoad | None:
    """Return what those who take events hold and turned away; None without an answer."""
    try:
        return ingest_load(now=now)
    except (RedisError, OSError):
        return None


def organization_names(ids: Iterator[int] | dict[int, int] | list[int]) -> dict[int, str]:
    """Return the names of organizations by id."""
    found = Organization.objects.using(_PIPELINE).filter(pk__in=set(ids))
    return dict(found.values_list("pk", "name"))


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An event that was put aside, and whose it is."""

    event: QuarantinedEvent
    organization: str


def quarantined(
    *, state: str = QuarantinedEvent.State.WAITING, limit: int = 200
) -> list[Quarantined]:
    """Return events that were put aside, those that wait longest first."""
    events = list(QuarantinedEvent.objects.using(_PIPELINE).filter(state=state)[:limit])
    names = organization_names([event.organization_id for event in events])
    return [Quarantined(event, names.get(event.organization_id, "")) for event in events]


def quarantine_size() -> int:
    """Return how many events wait for a decision."""
    waiting = QuarantinedEvent.State.WAITING
    return QuarantinedEvent.objects.using(_PIPELINE).filter(state=waiting).count()


@dataclass(frozen=True, slots=True)
class Drift:
    """A day that does not agree with its events, and whose it is."""

    finding: DriftFinding
    organization: str


def open_drift() -> list[Drift]:
    """Return the days that were found not to agree, the last found first."""
    findings = list(DriftFinding.objects.using(_PIPELINE).filter(ended_at__isnull=True)[: TOP * 5])
    names = organization_names([finding.organization_id for finding in findings])
    return [Drift(finding, names.get(finding.organization_id, "")) for finding in findings]


def last_check() -> DriftCheck | None:
    """Return the last check for drift that ended."""
    return DriftCheck.objects.using(_PIPELINE).filter(ended_at__isnull=False).first()


def rebuilds(limit: int = 5) -> list[UsageRebuild]:
    """Return the last orders to count days anew."""
    return list(UsageRebuild.objects.using(_PIPELINE).all()[:limit])


def kept_since(now: datetime) -> date:
    """Return the first day of which raw events are kept."""
    return oldest_kept_day(now)


def usage_measures(now: datetime, jobs: list[JobRow]) -> Iterator[Measure]:
    """Yield the measures of the pipeline. Labels are bounded: TOP organizations, known codes."""
    behind = lag(now)
    yield _one(
        "headroom_usage_rollup_lag_seconds",
        "Age of the first usage event that is not counted yet.",
        behind.rollup_seconds,
    )
    if (seconds := behind.scan_seconds(now)) is not None:
        yield _one(
            "headroom_signal_scan_age_seconds",
            "Time since organizations were last scanned for signals.",
            seconds,
        )
    if (seconds := behind.full_seconds(now)) is not None:
        yield _one(
            "headroom_signal_full_scan_age_seconds",
            "Time since every organization was counted anew for signals.",
            seconds,
        )
    yield _one(
        "headroom_signal_scan_organizations",
        "Organizations that the last scan for signals looked at.",
        behind.looked,
    )
    yield _one(
        "headroom_signal_scan_waiting",
        "Organizations that the next scan for signals will look at.",
        behind.waiting,
    )
    yield Measure(
        "headroom_usage_events_hour",
        "Usage events counted in this hour and the last, of the organizations with most.",
        tuple((("organization", rate.organization), rate.last_hour) for rate in rates(now)),
    )
    today = RejectDay.objects.using(_PIPELINE).filter(day=now.astimezone(UTC).date())
    yield Measure(
        "headroom_usage_events_refused_today",
        "Usage events refused on this day (UTC), by reason.",
        tuple(
            (("reason", code), total)
            for code, total in today.order_by("code").values_list("code").annotate(n=Sum("events"))
        ),
    )
    yield from _ingest_measures(now)
    yield _one(
        "headroom_usage_quarantine", "Usage events that cannot be counted.", quarantine_size()
    )
    drift = DriftFinding.objects.using(_PIPELINE).filter(ended_at__isnull=True)
    yield _one(
        "headroom_usage_drift_days",
        "Days of organizations whose counts do not agree with their events.",
        drift.aggregate(n=Count("pk"))["n"],
    )
    yield Measure(
        "headroom_job_unhealthy",
        "1 for a scheduled job that failed or is late.",
        tuple((("job", row.task), float(row.kind in ("bad", "warn"))) for row in jobs),
    )


def _ingest_measures(now: datetime) -> Iterator[Measure]:
    load = load_of_ingest(now)
    if load is None:
        return
    yield Measure(
        "headroom_ingest_requests_refused_today",
        "Requests to the lean endpoints answered 429 or 503 on this day (UTC), by reason.",
        tuple((("reason", reason), count) for reason, count in load.refused.items()),
    )
    yield Measure(
        "headroom_ingest_bytes_held",
        "The most bytes of requests in memory in the last seconds, by process.",
        tuple((("process", each.process), each.bytes_held) for each in load.processes),
    )
    yield Measure(
        "headroom_ingest_events_waiting",
        "The most events that waited to be written in the last seconds, by process.",
        tuple((("process", each.process), each.events_waiting) for each in load.processes),
    )


def _one(name: str, help: str, value: float) -> Measure:
    return Measure(name, help, ((None, value),))
