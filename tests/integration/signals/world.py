"""An organization with seats, people and days of use, set up through the product's services."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from django.db import connections

from accounts.models import Department, Membership, Organization, User
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from seats.models import ActivityDay, MemberActivity
from seats.services.seats import assign_seat, change_purchased_seats
from seats.services.waiting import request_seat
from tests.support.people import make_membership, make_organization, make_user

MONDAY = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
LONG_AGO = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


def day(n: int) -> datetime:
    """Return noon, `n` days after Monday 2 November 2026."""
    return MONDAY + timedelta(days=n)


class World:
    """One organization. `people` are in the order in which they came."""

    def __init__(self, name: str = "lago", *, seats: int = 10, people: int = 0) -> None:
        self.max = User.objects.filter(email="max@example.com").first() or make_user(
            "max", vendor_role="account_manager"
        )
        self.organization: Organization = make_organization(
            name, account_manager=self.max, currency="EUR", now=LONG_AGO
        )
        self.ada: User = make_user(f"ada-{name}")
        make_membership(
            self.organization,
            user=self.ada,
            role="admin",
            kind="employee",
            created_at=LONG_AGO,
        )
        self.people: list[Membership] = []
        self.buy_quietly(seats)
        self.add_people(people)

    @property
    def id(self) -> int:
        return self.organization.pk

    def buy_quietly(self, seats_after: int) -> None:
        """Set the purchased seats without a purchase, as an import does."""
        with organization_context(self.id):
            change_purchased_seats(
                organization_id=self.id, seats_after=seats_after, actor=SYSTEM, now=LONG_AGO
            )

    def add_people(self, count: int, *, seated: bool = True, department: str = "") -> None:
        """Add people, with a seat since long ago or without one."""
        group = None
        if department:
            with organization_context(self.id):
                group, _ = Department.objects.get_or_create(
                    organization_id=self.id, name=department
                )
        for _ in range(count):
            person = make_membership(
                self.organization,
                external_id=f"m{len(self.people)}",
                name=f"Person {len(self.people)}",
                department=group,
                created_at=LONG_AGO,
            )
            self.people.append(person)
            if seated:
                self.seat(person)

    def seat(self, person: Membership, at: datetime = LONG_AGO) -> None:
        assign_seat(organization_id=self.id, membership_id=person.pk, actor=SYSTEM, now=at)

    def ask(self, person: Membership, at: datetime) -> None:
        request_seat(organization_id=self.id, membership_id=person.pk, actor=SYSTEM, now=at)

    def use(self, people: Sequence[Membership], *days: date | datetime) -> None:
        """Count activity of the people on the days, as the rollup does."""
        moments = [
            d if isinstance(d, datetime) else datetime(d.year, d.month, d.day, 8, tzinfo=UTC)
            for d in days
        ]
        with organization_context(self.id):
            for person in people:
                for at in moments:
                    ActivityDay.objects.get_or_create(
                        organization_id=self.id,
                        membership_id=person.pk,
                        day=at.date(),
                        defaults={"actions": 1},
                    )
                newest = max(moments)
                row, created = MemberActivity.objects.get_or_create(
                    organization_id=self.id,
                    membership_id=person.pk,
                    defaults={"first_active_at": min(moments), "last_active_at": newest},
                )
                if not created and row.last_active_at < newest:
                    MemberActivity.objects.filter(
                        organization_id=self.id, membership_id=person.pk
                    ).update(last_active_at=newest)


def rows_of_signals() -> dict[str, int]:
    """Return how many rows each table of signals holds, over all organizations."""
    tables = (
        "signals_signal",
        "signals_signalevaluation",
        "signals_alertmemory",
        "signals_expansiontask",
        "signals_notification",
    )
    found = {}
    for table in tables:
        with connections["pipeline"].cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
            found[table] = cursor.fetchone()[0]
    return found
