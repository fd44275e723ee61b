"""One task with its evidence, its figures, its next step and what happened to it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.templatetags.headroom import longdate, number, percent, shortdate
from accounts.views.dates import day_and_month
from seats.domain.usage_rules import ACTIVE_WINDOW
from seats.domain.utilization import Utilization
from signals.domain.plays import in_language
from signals.domain.runout import RunOut
from signals.domain.tasks import CLOSED, LONGEST_SNOOZE, MOST_SNOOZES, TRANSITIONS, TaskState
from signals.models import ExpansionTask, PlayChoice, TaskEvent
from signals.selectors.accounts import seat_counts
from signals.selectors.forecast import run_outs
from signals.selectors.sentences import about_money, headline, phrases, reason_text
from signals.selectors.task_play import FilledMail, StepRow, filled_mail, step_rows
from signals.selectors.tasks import Due, due_of
from signals.selectors.waiting import may_be_named, people_without_seat

_MOST_PEOPLE: Final = 8
_ICONS: Final = {
    TaskEvent.Kind.OPENED: ("signals", "accent"),
    TaskEvent.Kind.MERGED: ("add", ""),
    TaskEvent.Kind.RAISED: ("rising", "warn"),
    TaskEvent.Kind.MOVED: ("arrow-right", ""),
    TaskEvent.Kind.SNOOZED: ("clock", ""),
    TaskEvent.Kind.WOKEN: ("clock", "warn"),
    TaskEvent.Kind.CLOSED: ("check", "good"),
    TaskEvent.Kind.GIVEN: ("arrow-right", "accent"),
    TaskEvent.Kind.ASSIGNED: ("users", ""),
    TaskEvent.Kind.STOOD_IN: ("users", "warn"),
    TaskEvent.Kind.RETURNED: ("users", ""),
    TaskEvent.Kind.COMBINED: ("add", ""),
    TaskEvent.Kind.STEP: ("check", ""),
    TaskEvent.Kind.REMINDED: ("clock", ""),
    TaskEvent.Kind.ESCALATED: ("clock", "bad"),
    TaskEvent.Kind.UNDONE: ("refresh", ""),
}


@dataclass(frozen=True, slots=True)
class Move:
    """A way to go on with a task; `asks` whether it needs a reason first."""

    to: str
    label: str
    asks: bool


_MOVES: Final[dict[TaskState, Promise]] = {
    TaskState.IN_PROGRESS: gettext_lazy("Start"),
    TaskState.WAITING_FOR_CUSTOMER: gettext_lazy("Waiting for the customer"),
    TaskState.DONE: gettext_lazy("Done"),
    TaskState.DECLINED: gettext_lazy("Declined"),
    TaskState.NOT_NOW: gettext_lazy("Not now"),
    TaskState.FALSE_POSITIVE: gettext_lazy("False positive"),
}


def moves_of(task: ExpansionTask) -> list[Move]:
    """Return where a task may go, in the order of the states."""
    state = TaskState(task.state)
    labels = dict(_MOVES)
    if state is TaskState.WAITING_FOR_CUSTOMER:
        labels[TaskState.IN_PROGRESS] = gettext_lazy("Go on")
    return [
        Move(to.value, str(labels[to]), to in CLOSED)
        for to in TaskState
        if to in TRANSITIONS[state]
    ]


@dataclass(frozen=True, slots=True)
class TaskPlay:
    """How a task is worked: its steps, its mail, who could own it, what it could be merged into."""

    steps: list[StepRow]
    mail: FilledMail | None
    owners: list[User]
    others: list[ExpansionTask]

    @property
    def done(self) -> int:
        """How many steps are ticked."""
        return sum(step.done_at is not None for step in self.steps)


def task_play(detail: "TaskDetail", *, reader: User, language: str = "") -> TaskPlay:
    """Return how the task of a page is worked, in a bounded number of queries."""
    task = detail.task
    steps = step_rows(task)
    if not task.is_live:
        return TaskPlay(steps, None, [], [])
    waiting = len(detail.people) + detail.more_people
    return TaskPlay(
        steps,
        filled_mail(task, detail.seats, waiting, reader, language),
        list(
            User.objects.filter(
                is_active=True, vendor_role__in=("account_manager", "vendor_admin")
            ).order_by("name", "email")
        ),
        list(
            ExpansionTask.objects.live()
            .filter(organization_id=task.organization_id)
            .exclude(pk=task.pk)
        ),
    )


@dataclass(frozen=True, slots=True)
class TaskDetail:
    """Everything that the page of a task shows."""

    task: ExpansionTask
    headline: str
    next_step: str
    due: Due
    seats: Utilization
    active_on_seats: int
    idle: int
    free: int
    use: str
    use_note: str
    run_out: str
    run_out_note: str
    worth: str
    worth_note: str
    evidence: list[str]
    people: list[Membership]
    more_people: int
    moves: list[Move]
    may_sleep: bool
    reason: str
    timeline: list[dict[str, Any]]

    @property
    def steps(self) -> list[Move]:
        """The moves that go on with the task, the next one first."""
        return [move for move in self.moves if not move.asks]

    @property
    def ends(self) -> list[Move]:
        """The moves that close it, each with a reason."""
        return [move for move in self.moves if move.asks]


def task_detail(task: ExpansionTask, *, now: datetime) -> TaskDetail:
    """Return a task with the present state of its organization, in a bounded number of queries."""
    organization_id = task.organization_id
    counts = seat_counts([organization_id], now=now)[organization_id]
    on = timezone.localdate(now)
    run_out = run_outs({organization_id: counts.seats}, at=now, on=on)[organization_id]
    people = list(people_without_seat(organization_id=organization_id, at=now, on=on))
    named = may_be_named(people, organization_id=organization_id)
    seats = counts.seats
    return TaskDetail(
        task=task,
        headline=headline(task.evidence),
        next_step=_next_step(task, people),
        due=due_of(task, now=now),
        seats=seats,
        active_on_seats=counts.active_on_purchased,
        idle=counts.idle,
        free=seats.free,
        use=percent(seats.utilization) or "–",
        # Some of them may work without a seat, so that "of so many seats" would not fit the meter.
        use_note=_("%(active)s active in %(days)s days")
        % {"active": number(seats.active), "days": number(ACTIVE_WINDOW.days)},
        run_out=run_out_text(run_out),
        run_out_note=run_out_note(run_out),
        worth=about_money(task.value_minor, task.currency),
        worth_note=ngettext(
            "for %(n)s seat; %(chance)s likely in 60 days",
            "for %(n)s seats; %(chance)s likely in 60 days",
            task.seats_suggested,
        )
        % {
            "n": number(task.seats_suggested),
            "chance": percent(task.probability_basis_points / 10_000),
        },
        evidence=phrases(task.evidence),
        people=named[:_MOST_PEOPLE],
        more_people=len(people) - len(named[:_MOST_PEOPLE]),
        moves=moves_of(task),
        may_sleep=task.is_live and task.snoozes < MOST_SNOOZES,
        reason=reason_text(task.reason),
        timeline=[_item(event) for event in task.events.order_by("-at", "-pk")],
    )


def run_out_text(run_out: RunOut | None) -> str:
    """Return between which days the seats are full, short; "" where nothing can be said."""
    if run_out is None or run_out.earliest_on is None:
        return ""
    if run_out.latest_on is None:
        return _("from %(day)s") % {"day": shortdate(run_out.earliest_on)}
    if run_out.earliest_on == run_out.latest_on:
        return _("now")
    return _("%(earliest)s to %(latest)s") % {
        "earliest": shortdate(run_out.earliest_on),
        "latest": shortdate(run_out.latest_on),
    }


def run_out_note(run_out: RunOut | None) -> str:
    """Return how sure the range is; "" where there is none."""
    if run_out is None or run_out.earliest_on is None or run_out.earliest_on == run_out.latest_on:
        return ""
    return _("%(share)s likely") % {"share": percent(0.8)}


def _next_step(task: ExpansionTask, people: list[Membership]) -> str:
    if not task.is_live:
        return ""
    if task.seats_suggested == 0:
        # Nothing is offered: what the play says is done first.
        return next((step.text for step in step_rows(task) if step.is_next), "")
    seats = ngettext("%(n)s seat", "%(n)s seats", task.seats_suggested) % {
        "n": number(task.seats_suggested)
    }
    if people:
        return ngettext(
            "Offer %(seats)s: one person works or waits without one.",
            "Offer %(seats)s: %(people)s people work or wait without one.",
            len(people),
        ) % {"seats": seats, "people": number(len(people))}
    return _("Offer %(seats)s, so that the next people can start at once.") % {"seats": seats}


def _item(event: TaskEvent) -> dict[str, Any]:
    icon, kind = _ICONS[TaskEvent.Kind(event.kind)]
    match TaskEvent.Kind(event.kind):
        case TaskEvent.Kind.MOVED | TaskEvent.Kind.CLOSED:
            title = _("%(actor)s: %(state)s") % {
                "actor": event.actor_label,
                "state": event.get_state_to_display(),
            }
        case TaskEvent.Kind.SNOOZED:
            title = _("%(actor)s let it sleep until %(day)s") % {
                "actor": event.actor_label,
                "day": longdate(date.fromisoformat(event.facts["until_on"])),
            }
        case _:
            title = _title(event)
    return {
        "at": event.at,
        "title": title,
        "text": reason_text(event.note),
        "icon": icon,
        "kind": kind,
    }


def _title(event: TaskEvent) -> str:
    shown = {"actor": event.actor_label, "to": event.facts.get("to", "")}
    match TaskEvent.Kind(event.kind):
        case TaskEvent.Kind.GIVEN if not shown["to"]:
            return _("Went into the queue")
        case TaskEvent.Kind.GIVEN:
            return _("Given to %(to)s") % shown
        case TaskEvent.Kind.ASSIGNED if not shown["to"]:
            return _("%(actor)s put it into the queue") % shown
        case TaskEvent.Kind.ASSIGNED:
            return _("%(actor)s gave it to %(to)s") % shown
        case TaskEvent.Kind.STOOD_IN:
            return _("%(to)s stands in while the owner is away") % shown
        case TaskEvent.Kind.RETURNED:
            return _("Back with %(to)s") % shown
        case TaskEvent.Kind.COMBINED:
            play = PlayChoice(event.facts["play"]).label
            return _("%(actor)s merged another task into it: %(play)s") % {**shown, "play": play}
        case TaskEvent.Kind.STEP:
            step = in_language(event.facts["text"], get_language() or "en")
            if event.facts["done"]:
                return _("%(actor)s: %(step)s") % {**shown, "step": step}
            return _("%(actor)s took back: %(step)s") % {**shown, "step": step}
        case TaskEvent.Kind.REMINDED:
            return _("A reminder went to %(to)s") % shown
        case TaskEvent.Kind.ESCALATED:
            return _("Overdue: %(to)s was told") % shown
        case TaskEvent.Kind.UNDONE:
            return _("%(actor)s took the last change back") % shown
        case _:
            return capfirst(event.get_kind_display())


@dataclass(frozen=True, slots=True)
class Sleep:
    """How long a task may sleep, in words, and until which day."""

    until: date
    label: str
    day: str


def sleeps(now: datetime) -> list[Sleep]:
    """Return what a snooze offers, up to the longest that is allowed."""
    today = timezone.localdate(now)
    offered = [
        (1, _("Until tomorrow")),
        (3, _("3 days")),
        (7, _("1 week")),
        (14, _("2 weeks")),
        (LONGEST_SNOOZE.days, _("30 days")),
    ]
    return [
        Sleep(until, label, day_and_month(until))
        for days, label in offered
        for until in (today + timedelta(days=days),)
    ]
