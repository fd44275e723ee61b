"""New hires: people who came to a seated department together, and have no seat yet.

"Marketing 8 -> 12: 4 without seats." A batch is everybody who came within so many hours of its
first; people who trickle in one by one are no news. Net of who left since the first of them, and
of idle seats: those that nobody of the department uses, and those that nobody has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from signals.domain.detectors.found import Found
from signals.domain.evidence import EvidenceCode, department_grew, evidence_of
from signals.domain.rule_settings import RuleSettings, Unit, knob


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHireSettings(RuleSettings):
    """What a batch is, for how long it is news, and how many without a seat matter."""

    batch_hours: int = knob(24, Unit.HOURS, 1, 168)
    within_days: int = knob(14, Unit.DAYS, 1, 28)
    least_people: int = knob(2, Unit.PEOPLE, 1, 100)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who came to the department and is still there."""

    at: datetime
    has_seat: bool


@dataclass(frozen=True, slots=True)
class DepartmentHires:
    """A department at the moment `at`.

    `arrivals` and `departures` are of the 28 days before; `idle` counts people of the department
    with a seat and without a sign of use for 30 days, `free` seats of the organization that nobody
    has.
    """

    department: str
    at: datetime
    people: int
    seated: int
    idle: int
    arrivals: tuple[Arrival, ...]
    departures: tuple[datetime, ...]
    free: int = 0


def batches(
    arrivals: Sequence[Arrival], *, within: timedelta, least: int
) -> tuple[tuple[Arrival, ...], ...]:
    """Arrivals that came together, each in one batch, the earliest first; smaller ones are left
    out."""
    found: list[list[Arrival]] = []
    for arrival in sorted(arrivals, key=lambda each: each.at):
        if found and arrival.at - found[-1][0].at <= within:
            found[-1].append(arrival)
        else:
            found.append([arrival])
    return tuple(tuple(batch) for batch in found if len(batch) >= least)


def found_new_hires(facts: DepartmentHires, settings: NewHireSettings) -> Found | None:
    """People who came together and need seats that the department does not have."""
    since = facts.at - timedelta(days=settings.within_days)
    groups = batches(
        [each for each in facts.arrivals if since < each.at <= facts.at],
        within=timedelta(hours=settings.batch_hours),
        least=settings.least_people,
    )
    if not groups or facts.seated == 0:
        return None
    came = [arrival for group in groups for arrival in group]
    left = sum(1 for at in facts.departures if groups[0][0].at <= at <= facts.at)
    net = len(came) - left
    without_seat = sum(1 for arrival in came if not arrival.has_seat)
    seats = min(net, without_seat) - facts.idle - facts.free
    if seats < settings.least_people:
        return None
    evidence = [
        department_grew(
            facts.department,
            before=facts.people - net,
            after=facts.people,
            without_seat=without_seat,
        )
    ]
    if facts.idle:
        evidence.append(
            evidence_of(EvidenceCode.IDLE_SEATS, department=facts.department, seats=facts.idle)
        )
    return Found(tuple(evidence), seats=seats)
