"""People without a seat who wait for one or work without one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Membership
from seats.domain.privacy import LEAST_GROUP
from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.models import ActivityDay, SeatAssignment, WaitingListEntry
from seats.selectors.privacy import shows_people


@dataclass(frozen=True, slots=True)
class WaitingGroup:
    """How many people of a department are without a seat; "" stands for no department."""

    department: str
    people: int


def people_without_seat(*, organization_id: int, at: datetime, on: date) -> "QuerySet[Membership]":
    """Return the people who wait for a seat or were active in the last 28 days without one.

    Annotated with `is_waiting`. Reads in the current tenancy context, as of the moment `at`. The
    organization is named in every part: row security alone leads to no index.
    """
    held = SeatAssignment.objects.filter(
        organization_id=organization_id, membership=OuterRef("pk"), during__contains=at
    )
    waits = WaitingListEntry.objects.filter(
        Q(seated_at__isnull=True) | Q(seated_at__gt=at),
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at),
        organization_id=organization_id,
        membership=OuterRef("pk"),
        requested_at__lte=at,
    )
    worked = ActivityDay.objects.filter(
        organization_id=organization_id,
        membership=OuterRef("pk"),
        day__gt=on - ACTIVE_WINDOW,
        day__lte=on,
    )
    return (
        Membership.objects.filter(organization_id=organization_id)
        .exclude(kind=Membership.Kind.SERVICE)
        .filter(Q(deactivated_at__isnull=True) | Q(deactivated_at__gt=at))
        .filter(~Exists(held))
        .annotate(is_waiting=Exists(waits))
        .filter(Q(is_waiting=True) | Exists(worked))
        .select_related("department")
        .order_by("name", "pk")
    )


def may_be_named(people: Sequence[Membership], *, organization_id: int) -> list[Membership]:
    """Return who may be named: where only totals of usage are shown, who waits, and nobody else."""
    if shows_people(organization_id):
        return list(people)
    return [person for person in people if person.is_waiting]  # type: ignore[attr-defined]


def groups_of(people: Sequence[Membership], *, organization_id: int) -> list[WaitingGroup]:
    """Return the people by department, the largest group first.

    Where only totals of usage are shown and a department has fewer than five, the whole is one
    group: the rest could be worked out.
    """
    counts: dict[str, int] = {}
    for person in people:
        name = person.department.name if person.department else ""
        counts[name] = counts.get(name, 0) + 1
    if people and not shows_people(organization_id) and min(counts.values()) < LEAST_GROUP:
        return [WaitingGroup("", len(people))]
    return [
        WaitingGroup(name, count)
        for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
