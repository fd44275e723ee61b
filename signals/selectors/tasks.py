"""Expansion tasks as the vendor's pages show them; read in the staff context of the reader."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.templatetags.headroom import number
from billing.domain.money import EXPONENTS
from signals.domain.tasks import CLOSED, LIVE
from signals.models import ExpansionTask, VendorView
from signals.selectors.sentences import headline

# For the order of a list alone, never shown: how many US dollars one unit is, roughly. Ranking
# needs one currency; a rate that is some percent off moves no task past another that matters.
_USD: Final[dict[str, Fraction]] = {
    "USD": Fraction(1),
    "EUR": Fraction(11, 10),
    "GBP": Fraction(13, 10),
    "CHF": Fraction(12, 10),
    "IDR": Fraction(1, 16_000),
    "JPY": Fraction(1, 150),
}
_MOST_ON_TODAY: Final = 200


@dataclass(frozen=True, slots=True)
class Due:
    """When a task is due, in words, and how pressing that is (a kind of badge)."""

    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in a list."""

    task: ExpansionTask
    headline: str
    due: Due


def in_dollars(minor: int, currency: str) -> Fraction:
    """Return a rough amount to rank by, in minor units of US dollars."""
    units = Fraction(minor, 10 ** _digits(currency))
    return units * _USD.get(currency, Fraction(1)) * 100


def _digits(currency: str) -> int:
    """Return with how many minor digits amounts of a currency are stored."""
    return EXPONENTS.get(currency, 2)


def _worth_at_least(units: int) -> Q:
    """Return the tasks worth so many whole units a year, each in its own currency."""
    return reduce(
        or_,
        (
            Q(
                currency__in=[code for code in EXPONENTS if _digits(code) == digits],
                value_minor__gte=units * 10**digits,
            )
            for digits in sorted(set(EXPONENTS.values()))
        ),
    )


def due_of(task: ExpansionTask, *, now: datetime) -> Due:
    """Return how a task stands against its due time, in the active time zone."""
    if not task.is_live:
        return Due(task.get_state_display(), "good" if task.is_won else "none")
    if task.snoozed_until is not None and task.snoozed_until > timezone.localdate(now):
        return Due(_("asleep"), "none")
    if task.parked_at is not None:
        return Due(_("parked"), "none")
    if task.held_since is not None:
        return Due(_("waits for room"), "none")
    if task.first_action_at is not None:
        return Due(task.get_state_display(), "accent")
    if task.due_at < now:
        return Due(_("overdue"), "bad")
    days = (timezone.localdate(task.due_at) - timezone.localdate(now)).days
    if days == 0:
        return Due(_("due today"), "warn")
    if days == 1:
        return Due(_("due tomorrow"), "warn")
    return Due(
        ngettext("due in %(days)s day", "due in %(days)s days", days) % {"days": number(days)},
        "none",
    )


def organizations_with_tasks_of(user: User) -> list[int]:
    """Return the organizations whose live tasks somebody owns: as a deputy, or by a rule."""
    return list(
        ExpansionTask.objects.live()
        .filter(owner=user)
        .order_by()
        .values_list("organization_id", flat=True)
        .distinct()
    )


def rows_of(tasks: Iterable[ExpansionTask], *, now: datetime) -> list[TaskRow]:
    """Return tasks with their sentence and due time."""
    return [TaskRow(task, headline(task.evidence), due_of(task, now=now)) for task in tasks]


def tasks_of_today(*, owner_id: int | None, now: datetime) -> list[ExpansionTask]:
    """Return what there is to do, the most valuable first: annual value times probability.

    The tasks of `owner_id` and those of the queue, or of everybody for None; without those that
    sleep or are parked.
    """
    tasks = (
        ExpansionTask.objects.given()
        .filter(Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=timezone.localdate(now)))
        .filter(parked_at__isnull=True)
        .select_related("organization", "owner", "deputy_for")
    )
    if owner_id is not None:
        tasks = tasks.filter(Q(owner_id=owner_id) | Q(owner__isnull=True))
    ranked = sorted(
        tasks,
        key=lambda task: (-in_dollars(task.expected_minor, task.currency), task.due_at, task.pk),
    )
    return ranked[:_MOST_ON_TODAY]


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Filters of the task list, as they stand in the address."""

    show: str = "open"
    search: str = ""
    play: str = ""
    owner: str = ""
    segment: str = ""
    least: str = ""
    due: str = ""

    def as_query(self) -> dict[str, str]:
        """Return the parameters that are set."""
        pairs = {
            "show": self.show,
            "q": self.search,
            "play": self.play,
            "owner": self.owner,
            "segment": self.segment,
            "least": self.least,
            "due": self.due,
        }
        return {name: value for name, value in pairs.items() if value}


SHOWS: Final = ("open", "overdue", "queue", "room", "asleep", "won", "closed", "all")
DUES: Final = ("overdue", "today", "week")


def filtered_tasks(chosen: TaskFilter, *, now: datetime) -> "QuerySet[ExpansionTask]":
    """Return the tasks of a filter: live ones by due time, closed ones the latest first."""
    tasks = ExpansionTask.objects.select_related("organization", "owner")
    today = timezone.localdate(now)
    conditions: dict[str, Q] = {
        "open": Q(state__in=LIVE),
        "overdue": _is_due("overdue", now),
        "queue": Q(state__in=LIVE, owner__isnull=True),
        "room": Q(state__in=LIVE, held_since__isnull=False),
        "asleep": Q(state__in=LIVE, snoozed_until__gt=today),
        "won": Q(state="done", seats_credited__gt=0),
        "closed": Q(state__in=CLOSED),
        "all": Q(),
    }
    tasks = tasks.filter(conditions.get(chosen.show, conditions["open"]))
    if chosen.search:
        tasks = tasks.filter(
            Q(organization__name__icontains=chosen.search) | Q(reason__icontains=chosen.search)
        )
    if chosen.play:
        tasks = tasks.filter(play=chosen.play)
    if chosen.owner:
        tasks = tasks.filter(owner_id=int(chosen.owner))
    if chosen.segment:
        tasks = tasks.filter(organization__segment=chosen.segment)
    if chosen.least:
        tasks = tasks.filter(_worth_at_least(int(chosen.least)))
    if chosen.due in DUES:
        tasks = tasks.filter(_is_due(chosen.due, now))
    if chosen.show in ("won", "closed", "all"):
        return tasks.order_by("-created_at", "-pk")
    return tasks.order_by("due_at", "pk")


def _is_due(when: str, now: datetime) -> Q:
    """Return the tasks that wait for a first action, by their due time in the active zone.

    "today" and "week" (until Sunday) begin with today; what was due before is overdue.
    """
    waits = Q(
        state__in=LIVE,
        first_action_at__isnull=True,
        parked_at__isnull=True,
        held_since__isnull=True,
    )
    if when == "overdue":
        return waits & Q(due_at__lt=now)
    here = timezone.localtime(now)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    days = 1 if when == "today" else 7 - here.weekday()
    return waits & Q(due_at__gte=midnight, due_at__lt=midnight + timedelta(days=days))


def counts_of_tasks(*, now: datetime) -> dict[str, int]:
    """Return how many tasks each filter of the list shows."""
    return {show: filtered_tasks(TaskFilter(show=show), now=now).count() for show in SHOWS}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the board: a state, its tasks the most valuable first, and how many there are."""

    state: str
    label: str
    rows: list[TaskRow]
    count: int


_ON_THE_BOARD: Final = ("open", "in_progress", "waiting_for_customer")
_MOST_IN_A_COLUMN: Final = 50


def board_of(chosen: TaskFilter, *, now: datetime) -> list[Column]:
    """Return the live tasks of a filter by state, in one query."""
    by_state: dict[str, list[ExpansionTask]] = {state: [] for state in _ON_THE_BOARD}
    for task in filtered_tasks(replace(chosen, show="open"), now=now):
        by_state[task.state].append(task)
    columns = []
    for state, tasks in by_state.items():
        tasks.sort(key=lambda each: (-in_dollars(each.expected_minor, each.currency), each.pk))
        label = str(ExpansionTask.State(state).label)
        rows = rows_of(tasks[:_MOST_IN_A_COLUMN], now=now)
        columns.append(Column(state, label, rows, len(tasks)))
    return columns


def vendor_views(*, user: User) -> list[VendorView]:
    """Return the saved filters of the task list: the reader's own, and those that are shared."""
    return list(
        VendorView.objects.filter(
            Q(owner=user) | Q(is_shared=True),
            page=VendorView.Page.TASKS,
            deleted_at__isnull=True,
        ).select_related("owner")
    )
