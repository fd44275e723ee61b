"""Departments, regions and levels day by day, from what the snapshots counted.

No selector here looks at people: each reads the rows of segments alone, inside a tenancy context
of the organization or a staff context that may read it.
"""

from datetime import date

from django.db.models import Max

from seats.models import SegmentDay


def segments_of_day(
    *, organization_id: int, dimension: SegmentDay.Dimension, on: date | None = None
) -> list[SegmentDay]:
    """Return the segments of a day, most active people first; of the last one counted by default.

    Empty when nothing was counted on that day.
    """
    rows = SegmentDay.objects.filter(organization_id=organization_id, dimension=dimension)
    if on is None:
        on = rows.aggregate(last=Max("day"))["last"]
    return list(rows.filter(day=on).order_by("-active_28", "-people", "name"))


def segment_history(
    *, organization_id: int, dimension: SegmentDay.Dimension, since: date
) -> dict[str, list[SegmentDay]]:
    """Return the days of every segment from `since` on, oldest first, by its value."""
    found: dict[str, list[SegmentDay]] = {}
    for row in SegmentDay.objects.filter(
        organization_id=organization_id, dimension=dimension, day__gte=since
    ).order_by("day", "value"):
        found.setdefault(row.value, []).append(row)
    return found
