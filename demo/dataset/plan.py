"""Plans an organization's two years from its activity: when seats were bought, who sat when."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from demo.dataset.activity import Activity
from demo.dataset.cast import Customer, State

LEAVES_AFTER: Final = timedelta(days=25)
STAYS_AT_LEAST: Final = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Step:
    """What happens at a moment; `member` sits down or stands up, or `seats` are had in all."""

    at: datetime
    seats: int = 0
    joins: str = ""
    leaves: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in order of time, and who has a seat and who waits for one at the end."""

    steps: tuple[Step, ...]
    seats: int
    seated: frozenset[str]
    waiting: tuple[str, ...]

    @property
    def starts_at(self) -> datetime:
        """When the first seats were bought."""
        return self.steps[0].at


def make_plan(customer: Customer, activity: Activity, now: datetime) -> Plan:
    """Return how `customer` comes to the state it is to show at `now`."""
    active = _by_use(activity, activity.active_at(now))
    idle = _idle_people(activity, now, besides=set(active))
    seats, seated, waiting = _final(customer.state, active, idle)
    purchases = _purchases(customer, seats, now)
    return Plan(
        steps=tuple(_steps(activity, purchases, seated, now)),
        seats=seats,
        seated=frozenset(seated),
        waiting=tuple(waiting),
    )


def _by_use(activity: Activity, members: set[str]) -> list[str]:
    days = activity.days_of()
    return sorted(members, key=lambda member: (-days[member], member))


def _idle_people(activity: Activity, now: datetime, *, besides: set[str]) -> list[str]:
    """People who stopped two to five months ago and are still there, the latest first."""
    spans = activity.spans()
    return sorted(
        (
            member
            for member, (_first, last) in spans.items()
            if member not in besides and now - timedelta(days=140) < last < now - timedelta(days=35)
        ),
        key=lambda member: spans[member][1],
        reverse=True,
    )


def _final(state: State, active: list[str], idle: list[str]) -> tuple[int, list[str], list[str]]:
    """Return seats, who sits and who waits though active."""
    count = len(active)
    match state:
        case State.EIGHTY_PERCENT:
            # 8 / 10: the very share at which the alert opens
            return math.ceil(count / 0.8), active, []
        case State.FULL:
            unseated = active[-2:]
            seated = active[:-2] + idle[:2]
            return len(seated), seated, unseated
        case State.NEAR:
            seated = active + idle[:1]
            return len(seated) + 1, seated, []
        case State.HEALTHY:
            seated = active + idle[: max(1, count // 8)]
            return max(math.ceil(count / 0.7), len(seated) + 2), seated, []
        case State.LOW:
            seated = active + idle[:2]
            return max(math.ceil(count / 0.3), len(seated) + 2, 5), seated, []


def _purchases(customer: Customer, seats: int, now: datetime) -> list[tuple[datetime, int]]:
    purchases: list[tuple[datetime, int]] = []
    for number, (days_ago, share) in enumerate(customer.purchases):
        # Office hours that differ from purchase to purchase, to the second as everything here is.
        at = (now - timedelta(days=days_ago)).replace(
            hour=8 + (number * 3) % 9, minute=(days_ago * 7) % 60, second=21, microsecond=0
        )
        had = purchases[-1][1] if purchases else 0
        purchases.append((at, min(max(round(seats * share), had + 1), seats)))
    return [p for n, p in enumerate(purchases) if n == 0 or p[1] > purchases[n - 1][1]]


def _steps(
    activity: Activity, purchases: list[tuple[datetime, int]], seated: list[str], now: datetime
) -> list[Step]:
    """Let people sit down when they begin and stand up when they have stopped, as seats allow."""
    start = purchases[0][0]
    wishes = _wishes(activity, set(seated), start, now)
    steps = [Step(at, seats=seats) for at, seats in purchases]
    marks = sorted(
        [(at, 0, "", seats) for at, seats in purchases]
        + [(joins, 2, member, 0) for member, (joins, _leaves) in wishes.items()]
        + [(leaves, 1, member, 0) for member, (_joins, leaves) in wishes.items() if leaves]
    )
    capacity, sitting, queue = 0, set[str](), list[str]()
    for at, kind, member, seats in marks:
        if kind == 0:
            capacity = seats
        elif kind == 1:
            if member in sitting:
                sitting.remove(member)
                steps.append(Step(at, leaves=member))
            elif member in queue:
                queue.remove(member)
        else:
            queue.append(member)
        # Those who stay for good come first.
        queue.sort(key=lambda waiting: wishes[waiting][1] is not None)
        while queue and len(sitting) < capacity:
            sitting.add(queue[0])
            steps.append(Step(at + timedelta(minutes=2), joins=queue.pop(0)))
    return sorted(steps, key=lambda step: (step.at, bool(step.joins)))


def _wishes(
    activity: Activity, seated: set[str], start: datetime, now: datetime
) -> dict[str, tuple[datetime, datetime | None]]:
    """Return from when and until when somebody wants a seat; no end for those who keep it."""
    days = activity.days_of()
    wishes: dict[str, tuple[datetime, datetime | None]] = {}
    for member, (first, last) in activity.spans().items():
        joins = max(first + timedelta(minutes=40), start + timedelta(minutes=10))
        if member in seated:
            wishes[member] = (min(joins, now - timedelta(hours=1)), None)
        elif days[member] >= 4 and last - first > STAYS_AT_LEAST and last > start:
            leaves = last + LEAVES_AFTER
            if joins < leaves < now - timedelta(days=2):
                wishes[member] = (joins, leaves)
    return wishes
