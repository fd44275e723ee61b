"""Deals new tasks to their owners, and hands tasks over while an owner is away.

A new task is held until it is dealt. Its owner is the organization's account manager, else the
least loaded of the first rule that fits, else nobody: then it is in the queue. A manager is given
at most 5 new tasks a day and has 25 open; the rest waits, the best next.

One deal at a time: an advisory lock is held on the pipeline's connection while the tasks are
written one by one in their organizations' contexts, so that two workers cannot both use the same
room. A crash leaves the rest held, and the next deal goes on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from django.db import connections, transaction
from django.db.models import Count, Q

from accounts.domain.roles import StaffScope, VendorRole
from accounts.models import User
from accounts.tenancy import organization_context, staff_context
from seats.models import SeatPool
from signals.domain.business_time import deadlines
from signals.domain.ownership import Absence, Account, OwnerRule, choose_owner, stand_in
from signals.domain.tasks import Candidate, MergeKey, Play, TaskState, deal
from signals.models import ExpansionTask, Notification, StaffProfile, TaskEvent
from signals.models import OwnerRule as OwnerRuleRow
from signals.selectors.accounts import annual_revenues
from signals.selectors.tasks import in_dollars
from signals.services.expansion import calendar_of
from signals.services.outbox import notify_owner
from signals.services.task_events import locked_task, note

_LOCK: Final = 7_215_001
_SAME_MOMENT: Final = timedelta(hours=1)
_CENTS: Final = 100


@dataclass(slots=True)
class Dealt:
    """What a deal did, in tasks."""

    given: int = 0
    queued: int = 0
    waiting: int = 0
    handed_over: int = 0
    returned: int = 0


@dataclass(frozen=True, slots=True)
class _Staff:
    """The account managers who can sign in, their days and their absences."""

    today: Mapping[int, date]
    absences: Mapping[int, Absence]

    def stand_in(self, user_id: int) -> int:
        found = stand_in(user_id, self.absences, self.today[user_id])
        return found if found in self.today else user_id


def deal_tasks(*, now: datetime) -> Dealt:
    """Give held tasks to those who have room, and hand over those of the absent.

    Safe to repeat, to interrupt and to run twice at once.
    """
    dealt = Dealt()
    if not _has_work():
        return dealt
    with transaction.atomic(using="pipeline"):
        with connections["pipeline"].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        staff = _staff(now)
        _hand_over(staff, now, dealt)
        _deal(staff, now, dealt)
    return dealt


def _has_work() -> bool:
    with staff_context(user_id=0, scope=StaffScope.ALL):
        live = ExpansionTask.objects.live()
        return (
            live.filter(Q(held_since__isnull=False) | Q(deputy_for__isnull=False)).exists()
            or StaffProfile.objects.filter(absent_from__isnull=False).exists()
        )


def _staff(now: datetime) -> _Staff:
    people = User.objects.filter(
        is_active=True,
        vendor_role__in=(VendorRole.ACCOUNT_MANAGER.value, VendorRole.VENDOR_ADMIN.value),
    )
    today = {p.pk: now.astimezone(ZoneInfo(p.time_zone or "UTC")).date() for p in people}
    absences = {
        profile.user_id: Absence(
            profile.user_id, profile.absent_from, profile.absent_until, profile.deputy_id
        )
        for profile in StaffProfile.objects.filter(absent_until__isnull=False)
        if profile.deputy_id is not None
        and profile.absent_from is not None
        and profile.absent_until is not None
    }
    return _Staff(today, absences)


def _hand_over(staff: _Staff, now: datetime, dealt: Dealt) -> None:
    """Move due tasks of the absent to their deputies, and back when the owner is there again."""
    away = [user_id for user_id in staff.absences if user_id in staff.today]
    with staff_context(user_id=0, scope=StaffScope.ALL):
        due = list(ExpansionTask.objects.given().filter(owner_id__in=away, deputy_for__isnull=True))
        lent = list(ExpansionTask.objects.live().filter(deputy_for__isnull=False))
    for task in due:
        absence = staff.absences[task.owner_id or 0]
        there = staff.stand_in(absence.user_id)
        if there != absence.user_id and _falls_due(task, absence):
            dealt.handed_over += _give_over(task, there, absence.user_id, now)
    for task in lent:
        owner_id = task.deputy_for_id or 0
        if owner_id in staff.today and staff.stand_in(owner_id) == owner_id:
            dealt.returned += _give_over(task, owner_id, None, now)


def _falls_due(task: ExpansionTask, absence: Absence) -> bool:
    """Whether a task asks for its owner before they are back, or is being worked on."""
    return task.first_action_at is not None or task.due_at.date() <= absence.until_on


def _give_over(task: ExpansionTask, to_id: int, deputy_for_id: int | None, now: datetime) -> int:
    with organization_context(task.organization_id):
        locked = locked_task(task.organization_id, task.pk)
        unchanged = (locked.owner_id, locked.deputy_for_id) == (task.owner_id, task.deputy_for_id)
        if not locked.is_live or not unchanged:
            return 0
        locked.owner = User.objects.get(pk=to_id)
        locked.deputy_for_id = deputy_for_id
        locked.save(update_fields=["owner", "deputy_for"])
        kind = TaskEvent.Kind.STOOD_IN if deputy_for_id else TaskEvent.Kind.RETURNED
        event = note(locked, kind, now, facts={"to": str(locked.owner)})
        notify_owner(
            task=locked,
            kind=Notification.Kind.TASK_OPENED,
            change=f"{kind.value}:{event.pk}",
            facts={"evidence": locked.evidence},
            at=now,
        )
        return 1


def _deal(staff: _Staff, now: datetime, dealt: Dealt) -> None:
    with staff_context(user_id=0, scope=StaffScope.ALL):
        held = list(
            ExpansionTask.objects.live()
            .filter(held_since__isnull=False, parked_at__isnull=True)
            .select_related("organization")
        )
        open_now = _open_tasks(staff)
        given_today = _given_today(staff)
        accounts = _accounts(held)
    by_manager: dict[int, list[ExpansionTask]] = defaultdict(list)
    principals: dict[int, int] = {}
    loads = dict(open_now)
    rules = _rules()
    for task in sorted(held, key=lambda each: each.pk):
        owner_id = _owner_of(task, staff, accounts, rules, loads)
        if owner_id is None:
            dealt.queued += _give(task, None, None, now)
            continue
        there = staff.stand_in(owner_id)
        loads[there] = loads.get(there, 0) + 1
        principals[task.pk] = owner_id
        by_manager[there].append(task)
    for manager_id, tasks in by_manager.items():
        hand = deal(
            [_candidate(task) for task in tasks],
            given_today=given_today.get(manager_id, 0),
            open_now=open_now.get(manager_id, 0),
        )
        by_key = {(task.organization_id, task.play): task for task in tasks}
        for candidate in hand.given:
            task = by_key[candidate.key.organization_id, candidate.key.play.value]
            principal = principals[task.pk]
            dealt.given += _give(
                task, manager_id, principal if principal != manager_id else None, now
            )
        for candidate in hand.digest:
            task = by_key[candidate.key.organization_id, candidate.key.play.value]
            dealt.waiting += _keep(task, manager_id)


def _candidate(task: ExpansionTask) -> Candidate:
    return Candidate(
        MergeKey(task.organization_id, Play(task.play)),
        int(in_dollars(task.value_minor, task.currency)),
        Fraction(task.probability_basis_points, 10_000),
    )


def _owner_of(
    task: ExpansionTask,
    staff: _Staff,
    accounts: Mapping[int, Account],
    rules: list[OwnerRule],
    loads: Mapping[int, int],
) -> int | None:
    manager_id = task.organization.account_manager_id
    if manager_id in staff.today:
        return manager_id
    if task.owner_id in staff.today:
        # Chosen by a rule when it was first dealt; waiting does not pass it around.
        return task.owner_id
    there = {user_id: loads.get(user_id, 0) for user_id in staff.today}
    return choose_owner(accounts[task.organization_id], rules, there)


def _rules() -> list[OwnerRule]:
    return [
        OwnerRule(
            managers=tuple(sorted(manager.pk for manager in row.managers.all())),
            segment=row.segment,
            countries=frozenset(
                code.strip().upper() for code in row.countries.split(",") if code.strip()
            ),
            seats_from=row.seats_from,
            seats_to=row.seats_to,
            arr_from_minor=None if row.arr_from is None else row.arr_from * _CENTS,
            arr_to_minor=None if row.arr_to is None else row.arr_to * _CENTS,
        )
        for row in OwnerRuleRow.objects.prefetch_related("managers")
    ]


def _accounts(tasks: Iterable[ExpansionTask]) -> dict[int, Account]:
    """Return what the rules look at, for organizations without an account manager."""
    organizations = {
        task.organization_id: task.organization
        for task in tasks
        if task.organization.account_manager_id is None or task.owner_id is None
    }
    ids = list(organizations)
    if not ids:
        return {}
    seats = dict(
        SeatPool.objects.filter(organization_id__in=ids).values_list(
            "organization_id", "purchased_seats"
        )
    )
    revenues = annual_revenues(ids)
    return {
        id_: Account(
            segment=organization.segment,
            country=organization.country,
            seats=seats.get(id_, 0),
            arr_dollars_minor=int(in_dollars(*revenues.get(id_, (0, organization.currency)))),
        )
        for id_, organization in organizations.items()
    }


def _open_tasks(staff: _Staff) -> dict[int, int]:
    rows = (
        ExpansionTask.objects.given()
        .filter(owner_id__in=list(staff.today))
        .order_by()
        .values("owner_id")
        .annotate(count=Count("pk"))
    )
    return {row["owner_id"]: row["count"] for row in rows}


def _given_today(staff: _Staff) -> dict[int, int]:
    """Return how many tasks each manager was given on their own today."""
    given: dict[int, int] = defaultdict(int)
    if not staff.today:
        return given
    since = min(staff.today.values()) - timedelta(days=1)
    rows = ExpansionTask.objects.filter(
        given_at__date__gte=since, owner_id__in=list(staff.today)
    ).values_list("owner_id", "given_at", "owner__time_zone")
    for owner_id, given_at, zone in rows:
        if (
            given_at
            and given_at.astimezone(ZoneInfo(zone or "UTC")).date() == staff.today[owner_id]
        ):
            given[owner_id] += 1
    return given


def _give(
    task: ExpansionTask, owner_id: int | None, deputy_for_id: int | None, now: datetime
) -> int:
    with organization_context(task.organization_id):
        locked = locked_task(task.organization_id, task.pk)
        if locked.held_since is None:
            # Somebody acted on it meanwhile, or it closed itself.
            return 0
        locked.owner = None if owner_id is None else User.objects.get(pk=owner_id)
        locked.deputy_for_id = deputy_for_id
        locked.held_since = None
        locked.given_at = now
        if now - locked.created_at > _SAME_MOMENT:
            _start_clock(locked, now)
        locked.save()
        note(locked, TaskEvent.Kind.GIVEN, now, facts={"to": str(locked.owner or "")})
        opened = locked.events.filter(kind=TaskEvent.Kind.OPENED).first()
        notify_owner(
            task=locked,
            kind=Notification.Kind.TASK_OPENED,
            change="opened",
            facts={**(opened.facts if opened else {}), "evidence": locked.evidence},
            at=now,
        )
        return 1


def _start_clock(task: ExpansionTask, now: datetime) -> None:
    """Let due times run from the moment a task that waited is given."""
    calendar = calendar_of(task.organization, task.owner)
    due = deadlines(calendar, now, task.action_days)
    moved = due.due_at - task.due_at
    task.reminder_at, task.due_at = due.reminder_at, due.due_at
    for step in task.steps.all():
        step.due_at += moved
        step.save(update_fields=["due_at"])


def _keep(task: ExpansionTask, owner_id: int) -> int:
    """Write down for whom a task waits; nothing when that is known already."""
    if task.owner_id != owner_id:
        with organization_context(task.organization_id):
            locked = locked_task(task.organization_id, task.pk)
            if locked.held_since is not None and locked.state == TaskState.OPEN:
                locked.owner_id = owner_id
                locked.save(update_fields=["owner"])
    return 1
