"""Counts days anew from their raw events: on order, and as a check of a random sample.

A day is compared first and written only where it differs, under the rollup's lock, so that a
rebuild gives the same rows as the counting did. Days whose raw events were let go are refused: what
was counted of them is all that is left.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import structlog
from django.db import DataError, IntegrityError, connections, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from accounts.domain.roles import StaffScope
from accounts.errors import DomainError
from accounts.services.history import Actor, record
from accounts.tenancy import staff_context
from seats.models import (
    ClosedMonth,
    DriftCheck,
    DriftFinding,
    OrganizationChange,
    UsageRebuild,
)
from seats.services import recount_sql
from seats.services.changes import note_changes
from seats.services.retention import oldest_kept_day, partitions
from seats.services.rollup import counted_up_to, mark_days, reason_of, wait_for_rollup

SAMPLE: Final = 200

log = structlog.get_logger(__name__)


class DaysGone(DomainError):
    """Raw events of the range were let go."""

    code = "days_gone"
    field = "since"


class DaysToCome(DomainError):
    """The range does not lie in the past, or ends before it begins."""

    code = "invalid_range"
    field = "until"


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows of an organization's day that do not agree with its events, and whose they are."""

    organization_id: int
    rows: int
    members: tuple[int, ...]
    example: str


def ask_rebuild(
    *, since: date, until: date, organization_id: int | None, actor: Actor, now: datetime
) -> UsageRebuild:
    """Order a range of days (both included) to be counted anew. Raises DaysGone, DaysToCome."""
    if since > until or until > now.astimezone(UTC).date():
        raise DaysToCome(_("Choose days up to today, the first before the last."))
    _refuse_days_gone(since, until, organization_id)
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        with transaction.atomic(using="pipeline"):
            order = UsageRebuild.objects.using("pipeline").create(
                organization_id=organization_id,
                since=since,
                until=until,
                next_day=since,
                asked_at=now,
                asked_by_label=actor.label[:200],
            )
        record(
            actor=actor,
            verb="usage_rebuild_asked",
            subject=order,
            organization_id=None,
            now=now,
            changes={"organization": organization_id},
        )
    return order


def _refuse_days_gone(since: date, until: date, organization_id: int | None) -> None:
    months = {day.replace(day=1) for day in _days(since, until)}
    closed = ClosedMonth.objects.using("pipeline").filter(month__in=months)
    if organization_id is not None:
        closed = closed.filter(organization_id=organization_id)
    if closed.exists() or months - set(partitions()):
        raise DaysGone(_("The raw events of these days were let go: they cannot be counted again."))


def work_rebuilds(
    *, now: datetime, on_day: Callable[[UsageRebuild], None] = lambda _order: None
) -> int:
    """Work all orders that wait, day by day; return how many days were counted anew."""
    days = 0
    waiting = UsageRebuild.objects.using("pipeline").filter(state=UsageRebuild.State.WAITING)
    for order_id in list(waiting.order_by("pk").values_list("pk", flat=True)):
        while (order := _work_a_day(order_id, now=now)) is not None:
            days += 1
            on_day(order)
    return days


def _work_a_day(order_id: int, *, now: datetime) -> UsageRebuild | None:
    """Count the next day of an order anew; return the order, or None when nothing is left."""
    orders = UsageRebuild.objects.using("pipeline")
    with transaction.atomic(using="pipeline"), connections["pipeline"].cursor() as cursor:
        # One worker at a time: who waited here finds the day done.
        wait_for_rollup(cursor)
        order = orders.get(pk=order_id)
        if order.state != UsageRebuild.State.WAITING:
            return None
        only = None if order.organization_id is None else [order.organization_id]
        try:
            with transaction.atomic(using="pipeline"):
                _refuse_days_gone(order.next_day, order.next_day, order.organization_id)
                order.changed += rebuild_day(cursor, order.next_day, only, now=now)
        except (DataError, IntegrityError, DaysGone) as error:
            order.reason = reason_of(error)
            order.state = UsageRebuild.State.FAILED
            order.ended_at = now
            order.save(update_fields=["reason", "state", "ended_at"])
            return None
        order.next_day += timedelta(days=1)
        if order.next_day > order.until:
            order.state = UsageRebuild.State.DONE
            order.ended_at = now
        order.save(update_fields=["changed", "next_day", "state", "ended_at"])
    return order


def rebuild_day(
    cursor: CursorWrapper, day: date, organization_ids: Sequence[int] | None, *, now: datetime
) -> int:
    """Bring the rows of a day into agreement with its events; return how many differed.

    Runs under the rollup's lock, in the caller's transaction of the pipeline.
    """
    found = _differences(cursor, day, organization_ids)
    if found:
        values = _values(day, [each.organization_id for each in found])
        for statement in (*recount_sql.FORGET, recount_sql.WRITE):
            cursor.execute(statement, values)
        _rebuild_members(cursor, found, now=now)
        mark_days(cursor, [(each.organization_id, day) for each in found])
        log.warning("usage_day_rebuilt", day=day.isoformat(), rows=sum(e.rows for e in found))
    findings = DriftFinding.objects.using("pipeline").filter(day=day, ended_at__isnull=True)
    if organization_ids is not None:
        findings = findings.filter(organization_id__in=organization_ids)
    findings.update(ended_at=now)
    return sum(each.rows for each in found)


def _rebuild_members(cursor: CursorWrapper, found: Sequence[Difference], *, now: datetime) -> None:
    pairs = [(each.organization_id, member) for each in found for member in each.members]
    values: dict[str, Any] = {
        "organizations": [pair[0] for pair in pairs],
        "members": [pair[1] for pair in pairs],
        "organization_ids": sorted({pair[0] for pair in pairs}),
        "start": datetime.combine(oldest_kept_day(now) - timedelta(days=31), time(), UTC),
        "end": now + timedelta(days=1),
        "counted": str(counted_up_to()),
    }
    cursor.execute(recount_sql.FORGET_FEATURES, values)
    cursor.execute(recount_sql.WRITE_FEATURES, values)
    cursor.execute(recount_sql.WRITE_ACTIVITY, values)
    cursor.execute(recount_sql.FORGET_ACTIVITY, values)
    note_changes(cursor, values["organization_ids"], OrganizationChange.Topic.USAGE)


def _differences(
    cursor: CursorWrapper, day: date, organization_ids: Sequence[int] | None
) -> list[Difference]:
    cursor.execute(recount_sql.DIFFERENCES, _values(day, organization_ids))
    return [
        Difference(organization_id, rows, tuple(m for m in members if m is not None), example)
        for organization_id, rows, members, example in cursor.fetchall()
    ]


def _values(day: date, organization_ids: Sequence[int] | None) -> dict[str, Any]:
    start = datetime.combine(day, time(), UTC)
    return {
        "day": day,
        "start": start,
        "end": start + timedelta(days=1),
        "organization_ids": None if organization_ids is None else list(organization_ids),
        "counted": str(counted_up_to()),
    }


def _days(since: date, until: date) -> list[date]:
    return [since + timedelta(days=n) for n in range((until - since).days + 1)]


def check_drift(*, now: datetime, seed: int, sample: int = SAMPLE) -> DriftCheck:
    """Count a random sample of days of organizations again and note what does not agree.

    Days that were found to differ before are looked at again. `seed` decides the sample.
    """
    check = DriftCheck.objects.using("pipeline").create(seed=seed, started_at=now)
    open_findings = DriftFinding.objects.using("pipeline").filter(ended_at__isnull=True)
    chosen = _sample(random.Random(seed), sample, now=now)  # noqa: S311 (a sample, no secret)
    chosen |= set(open_findings.values_list("organization_id", "day"))
    by_day: defaultdict[date, list[int]] = defaultdict(list)
    for organization_id, day in sorted(chosen):
        by_day[day].append(organization_id)
    for day, organization_ids in sorted(by_day.items()):
        check.differences += _check_day(day, organization_ids, now=now)
    check.checked = len(chosen)
    check.ended_at = now
    check.save(update_fields=["checked", "differences", "ended_at"])
    return check


def _check_day(day: date, organization_ids: Sequence[int], *, now: datetime) -> int:
    with transaction.atomic(using="pipeline"), connections["pipeline"].cursor() as cursor:
        wait_for_rollup(cursor)
        found = _differences(cursor, day, organization_ids)
        findings = DriftFinding.objects.using("pipeline").filter(day=day, ended_at__isnull=True)
        agreed = set(organization_ids) - {each.organization_id for each in found}
        findings.filter(organization_id__in=agreed).update(ended_at=now)
        for each in found:
            DriftFinding.objects.using("pipeline").update_or_create(
                organization_id=each.organization_id,
                day=day,
                ended_at=None,
                defaults={"rows": each.rows, "example": each.example[:300]},
                create_defaults={
                    "rows": each.rows,
                    "example": each.example[:300],
                    "found_at": now,
                },
            )
            log.error(
                "usage_drift_found",
                organization_id=each.organization_id,
                day=day.isoformat(),
                rows=each.rows,
            )
    return len(found)


def _sample(rng: random.Random, size: int, *, now: datetime) -> set[tuple[int, date]]:
    """Draw days of organizations, of months whose raw events are all kept."""
    with connections["pipeline"].cursor() as cursor:
        cursor.execute("SELECT DISTINCT organization_id FROM seats_memberactivity ORDER BY 1")
        organizations = [row[0] for row in cursor.fetchall()]
    months = set(partitions())
    today = now.astimezone(UTC).date()
    days = [day for day in _days(oldest_kept_day(now), today) if day.replace(day=1) in months]
    if not organizations or not days:
        return set()
    return {(rng.choice(organizations), rng.choice(days)) for _ in range(size)}
