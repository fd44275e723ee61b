"""Background work: counting usage, the daily figures, partitions ahead of time, countdowns."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from seats.hooks import SeatMoved
from seats.services import (
    changes,
    limits,
    move_mails,
    page_figures,
    people_exports,
    rebuild,
    rollup,
    summaries,
    usage,
    utilization,
    weekly_mail,
)
from seats.services.people import UNDONE_WITHIN


@shared_task
def roll_up_usage() -> int:
    """Count new usage events; return how many."""
    return rollup.roll_up_usage(now=timezone.now()).events


@shared_task
def snapshot_utilization() -> dict[str, int]:
    """Write the figures of today and of days that ended or changed; return how many rows."""
    return asdict(utilization.snapshot_utilization(now=timezone.now()))


@shared_task
def write_people_export(organization_id: int, export_id: str) -> bool:
    """Write the file of a long list; return whether this call did it."""
    return people_exports.write_export(
        organization_id=organization_id, export_id=UUID(export_id), now=timezone.now()
    )


@shared_task
def sweep_people_exports() -> int:
    """Take up exports that were left, drop old ones; return how many."""
    return people_exports.sweep_exports(now=timezone.now())


@shared_task
def count_summaries() -> int:
    """Bring what people are sorted by up to date; return how many summaries changed."""
    return summaries.count_summaries(now=timezone.now())


@shared_task
def count_page_figures() -> int:
    """Count ahead what pages of very large organizations show; return how many there are."""
    return page_figures.count_page_figures(now=timezone.now())


@shared_task
def make_partitions() -> int:
    """Make the partitions of this and the next two months; return how many were missing."""
    return usage.make_usage_partitions(usage.months_ahead(timezone.now().date(), 2))


@shared_task
def work_overage() -> int:
    """Let countdowns of overage have their mails and their end; return how many ended."""
    return limits.work_overage(now=timezone.now()).converted


@shared_task
def forget_changes() -> int:
    """Forget what changed once everybody who remembers has looked; return how many rows."""
    return changes.forget_changes(now=timezone.now())


@shared_task
def tell_of_seat(
    organization_id: int, seat_id: int, ended_at: str | None, actor_label: str
) -> bool:
    """Mail a person that their seat ended, or began; return whether there was anybody to tell."""
    ended = datetime.fromisoformat(ended_at) if ended_at else None
    return move_mails.send_seat_moved(SeatMoved(organization_id, seat_id, ended, actor_label))


def tell_of_seat_later(moved: SeatMoved) -> None:
    """Have the person told when the undo is over."""
    ended_at = moved.ended_at.isoformat() if moved.ended_at else None
    tell_of_seat.apply_async(
        args=(moved.organization_id, moved.seat_id, ended_at, moved.actor_label),
        countdown=UNDONE_WITHIN.total_seconds(),
    )


@shared_task
def send_weekly_mails() -> int:
    """Send the weekly mails that are due; return how many were sent."""
    return weekly_mail.send_weekly_mails(now=timezone.now()).sent


@shared_task
def work_rebuilds() -> int:
    """Count days anew that somebody ordered; return how many."""
    return rebuild.work_rebuilds(now=timezone.now())


@shared_task
def check_drift() -> dict[str, int]:
    """Count a random sample of days again; return how many, and how many did not agree."""
    now = timezone.now()
    check = rebuild.check_drift(now=now, seed=int(now.timestamp()))
    return {"checked": check.checked, "differences": check.differences}
