"""Background work: counting usage, the daily figures, partitions ahead of time, countdowns."""

from dataclasses import asdict

from celery import shared_task
from django.utils import timezone

from seats.services import limits, retention, rollup, usage, utilization


@shared_task
def roll_up_usage() -> int:
    """Count new usage events; return how many."""
    return rollup.roll_up_usage(now=timezone.now()).events


@shared_task
def snapshot_utilization() -> dict[str, int]:
    """Write the figures of today and of days that ended or changed; return how many rows."""
    return asdict(utilization.snapshot_utilization(now=timezone.now()))


@shared_task
def make_partitions() -> int:
    """Make the partitions of this and the next two months; return how many were missing."""
    return usage.make_usage_partitions(usage.months_ahead(timezone.now().date(), 2))


@shared_task
def drop_old_events() -> dict[str, int]:
    """Let raw events go that are counted and old enough; return how many months."""
    now = timezone.now()
    retention.forget_operations(now=now)
    return asdict(retention.drop_old_events(now=now))


@shared_task
def work_overage() -> int:
    """Let countdowns of overage have their mails and their end; return how many ended."""
    return limits.work_overage(now=timezone.now()).converted
