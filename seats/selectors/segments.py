"""Departments, regions and levels day by day, from what the snapshots counted.

No selector here looks at people: each reads the rows of segments alone, inside a tenancy context
of the organization or a staff context that may read it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.db.models import Max
from django.utils.translation import gettext

from seats.domain.privacy import LEAST_GROUP, fold
from seats.models import SegmentDay
from seats.selectors.privacy import shows_people

FOLDED: Final = "…"
"""The value of a segment that stands for several small ones."""


def segments_of_day(
    *, organization_id: int, dimension: SegmentDay.Dimension, on: date | None = None
) -> list[SegmentDay]:
    """Return the segments of a day, most active people first; of the last one counted by default.

    Empty when nothing was counted on that day. Where the organization shows totals of usage only,
    segments of fewer than five people are folded into one without a value.
    """
    rows = SegmentDay.objects.filter(organization_id=organization_id, dimension=dimension)
    if on is None:
        on = rows.aggregate(last=Max("day"))["last"]
    found = list(rows.filter(day=on).order_by("-active_28", "-people", "name"))
    if shows_people(organization_id):
        return found
    folding = fold(found, lambda segment: segment.people)
    return [*folding.shown, *_together(folding.folded)]


def _together(segments: Sequence[SegmentDay]) -> list[SegmentDay]:
    """Return segments that are too small to be shown as one, which is not saved."""
    if not segments:
        return []
    first = segments[0]
    summed = {
        field: sum(getattr(each, field) for each in segments)
        for field in ("people", "assigned", "waiting", "active_28", "active_unseated")
    }
    return [
        SegmentDay(
            organization_id=first.organization_id,
            dimension=first.dimension,
            day=first.day,
            value=FOLDED,
            name=gettext("Smaller groups together"),
            **summed,
        )
    ]


def segment_history(
    *, organization_id: int, dimension: SegmentDay.Dimension, since: date
) -> dict[str, list[SegmentDay]]:
    """Return the days of every segment from `since` on, oldest first, by its value.

    Where the organization shows totals of usage only, segments that had fewer than five people on
    any of the days are left out.
    """
    found: dict[str, list[SegmentDay]] = {}
    for row in SegmentDay.objects.filter(
        organization_id=organization_id, dimension=dimension, day__gte=since
    ).order_by("day", "value"):
        found.setdefault(row.value, []).append(row)
    if not shows_people(organization_id):
        found = {
            value: days
            for value, days in found.items()
            if min(day.people for day in days) >= LEAST_GROUP
        }
    return found
