"""Who may own tasks and what they have, the owner rules, and who would be given a new task.

The deal (`services.dealing`) and the page of owner rules read the same facts here. What counts
tasks needs a staff context of scope `all`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Count

from accounts.domain.roles import VendorRole
from accounts.models import Organization, User
from seats.models import SeatPool
from signals.domain.ownership import Absence, Account, OwnerRule, choose_owner, stand_in
from signals.domain.tasks import MOST_NEW_PER_DAY, MOST_OPEN
from signals.models import ExpansionTask, StaffProfile
from signals.models import OwnerRule as OwnerRuleRow
from signals.selectors.accounts import annual_revenues
from signals.selectors.tasks import in_dollars

_CENTS: Final = 100


@dataclass(frozen=True, slots=True)
class Staff:
    """The account managers who can sign in, their days and their absences."""

    today: Mapping[int, date]
    absences: Mapping[int, Absence]

    def stand_in(self, user_id: int) -> int:
        """Return who works for somebody today."""
        found = stand_in(user_id, self.absences, self.today[user_id])
        return found if found in self.today else user_id


def staff_at(now: datetime) -> Staff:
    """Return who may own tasks at a moment."""
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
    return Staff(today, absences)


def owner_of(
    task: ExpansionTask,
    staff: Staff,
    accounts: Mapping[int, Account],
    rules: Sequence[OwnerRule],
    loads: Mapping[int, int],
) -> int | None:
    """Return whose a task is, absent or not; None puts it into the queue."""
    manager_id = task.organization.account_manager_id
    if manager_id in staff.today:
        return manager_id
    if task.owner_id in staff.today:
        # Chosen by a rule when it was first dealt; waiting does not pass it around.
        return task.owner_id
    there = {user_id: loads.get(user_id, 0) for user_id in staff.today}
    return choose_owner(accounts[task.organization_id], rules, there)


def owner_rules() -> list[tuple[OwnerRuleRow, OwnerRule]]:
    """Return the stored rules in their order, each with what the domain reads."""
    return [
        (
            row,
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
            ),
        )
        for row in OwnerRuleRow.objects.prefetch_related("managers")
    ]


def accounts_of(organizations: Iterable[Organization]) -> dict[int, Account]:
    """Return what the rules look at, by organization."""
    by_id = {organization.pk: organization for organization in organizations}
    ids = list(by_id)
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
        for id_, organization in by_id.items()
    }


def open_tasks(staff: Staff) -> dict[int, int]:
    """Return how many tasks each manager has that may be started on."""
    rows = (
        ExpansionTask.objects.given()
        .filter(owner_id__in=list(staff.today))
        .order_by()
        .values("owner_id")
        .annotate(count=Count("pk"))
    )
    return {row["owner_id"]: row["count"] for row in rows}


def given_today_by(staff: Staff) -> dict[int, int]:
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


@dataclass(frozen=True, slots=True)
class OwnerPreview:
    """Who would be given a new task of an organization, and why.

    `owner` is None when it would go to the queue; `works` is the owner, or who stands in for them.
    `rule` is the rule that decides, None when the organization has an account manager.
    """

    organization: Organization
    owner: User | None
    works: User | None
    rule: OwnerRuleRow | None
    has_room: bool


def owner_preview(organization: Organization, *, now: datetime) -> OwnerPreview:
    """Return who would be given a task that opened now."""
    staff = staff_at(now)
    loads = open_tasks(staff)
    there = {user_id: loads.get(user_id, 0) for user_id in staff.today}
    owner_id, rule = organization.account_manager_id, None
    if owner_id not in staff.today:
        account = accounts_of([organization])[organization.pk]
        owner_id = None
        for row, each in owner_rules():
            owner_id = choose_owner(account, [each], there)
            if owner_id is not None:
                rule = row
                break
    if owner_id is None:
        return OwnerPreview(organization, None, None, None, has_room=True)
    works_id = staff.stand_in(owner_id)
    people = User.objects.in_bulk([owner_id, works_id])
    has_room = (
        given_today_by(staff).get(works_id, 0) < MOST_NEW_PER_DAY and there[works_id] < MOST_OPEN
    )
    return OwnerPreview(organization, people[owner_id], people[works_id], rule, has_room)
