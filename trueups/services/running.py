"""Runs what is due at a moment: of all organizations, as beat does, or of a single one.

Every step finds what is due by itself and does it once, so a run may be repeated and die anywhere.
Snapshots come before new quarters, so that a quarter follows the one before.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.tenancy import organization_context
from trueups.models import TrueUp, TrueUpNotice
from trueups.services import notices, review, scheduling, snapshots


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a true-up stands: its state, and the steps of which its customer was told."""

    reference: str
    state: str
    told: frozenset[str]


def run_due(*, now: datetime) -> int:
    """Make quarters, announce them, take snapshots, remind of reviews and end them.

    Returns how often something was done. What fails for one organization is logged and holds up
    no other.
    """
    done = snapshots.take_snapshots(now=now)
    done += scheduling.schedule_quarters(now=now)
    done += snapshots.take_snapshots(now=now)
    done += notices.send_due_notices(now=now)
    return done + review.end_reviews(now=now)


def run_due_of(*, organization_id: int, now: datetime) -> list[Standing]:
    """Do the same for one organization; return the true-ups that moved or were told of.

    What fails is raised.
    """
    before = _standings(organization_id)
    _take_snapshots(organization_id, now)
    while scheduling.schedule_quarter(organization_id=organization_id, now=now) is not None:
        pass
    _take_snapshots(organization_id, now)
    for known in _true_ups(organization_id, now):
        notices.send_notices(**known)
        review.end_review(**known)
    after = _standings(organization_id)
    return [standing for pk, standing in after.items() if before.get(pk) != standing]


def _take_snapshots(organization_id: int, now: datetime) -> None:
    for known in _true_ups(organization_id, now):
        snapshots.take_snapshot(**known)


def _true_ups(organization_id: int, now: datetime) -> list[dict[str, Any]]:
    with organization_context(organization_id):
        ids = list(TrueUp.objects.order_by("quarter").values_list("pk", flat=True))
    return [{"organization_id": organization_id, "true_up_id": pk, "now": now} for pk in ids]


def _standings(organization_id: int) -> dict[object, Standing]:
    with organization_context(organization_id):
        told: dict[object, set[str]] = {}
        for true_up_id, step in TrueUpNotice.objects.filter(is_skipped=False).values_list(
            "true_up_id", "step"
        ):
            told.setdefault(true_up_id, set()).add(step)
        return {
            row.pk: Standing(row.reference, row.state, frozenset(told.get(row.pk, ())))
            for row in TrueUp.objects.order_by("quarter")
        }
