"""Features by department, how they spread, and newcomers: against a recount person by person."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Department, Membership, Organization, User
from accounts.tenancy import organization_context
from seats.domain.cohorts import may_be_judged
from seats.selectors.cohorts import cohorts, first_month
from seats.selectors.features import feature_adoption, feature_table
from seats.services.rollup import roll_up_usage
from seats.services.usage import write_events
from seats.services.usage_events import EventRow
from tests.support.people import make_admin, make_membership, make_organization, make_user

NOW = timezone.now()
TODAY = NOW.astimezone(UTC).date()
FEATURES = ("board", "editor", "export")


@dataclass
class Person:
    """What the test knows of somebody: when they were added, and what they did on which day."""

    name: str
    department: str | None
    added: datetime
    left: bool = False
    is_service: bool = False
    used: dict[str, list[date]] = field(default_factory=lambda: defaultdict(list))
    active: set[date] = field(default_factory=set)

    @property
    def began(self) -> date | None:
        return min(self.active, default=None)

    @property
    def joined(self) -> date:
        added = self.added.date()
        return min(added, self.began) if self.began else added


def make_people(organization: Organization, count: int, seed: int) -> list[Person]:
    """Return people of two departments and none, with random days of use, written and counted."""
    lots = random.Random(seed)
    with organization_context(organization.pk):
        departments = {
            name: Department.objects.create(organization=organization, name=name)
            for name in ("Marketing", "Sales")
        }
    people, events = [], []
    for index in range(count):
        person = Person(
            f"p{index}",
            lots.choice(["Marketing", "Sales", None]),
            NOW - timedelta(days=lots.randrange(200)),
            left=index % 9 == 8,
            is_service=index % 11 == 10,
        )
        people.append(person)
        make_membership(
            organization,
            external_id=person.name,
            department=departments.get(person.department or ""),
            created_at=person.added,
            kind="service" if person.is_service else "employee",
            state="deactivated" if person.left else "active",
            deactivated_at=NOW if person.left else None,
        )
        for turn in range(lots.randrange(25)):
            at = NOW - timedelta(days=lots.randrange(1, 150), hours=lots.randrange(20))
            feature = lots.choice(FEATURES) if turn % 4 else ""
            person.active.add(at.date())
            if feature:
                person.used[feature].append(at.date())
            events.append(
                EventRow(
                    organization_id=organization.pk,
                    event_id=f"{person.name}-{turn}",
                    at=at,
                    member=person.name,
                    kind="feature" if feature else "sign_in",
                    feature=feature,
                )
            )
    write_events(events)
    roll_up_usage(now=NOW)
    return people


@pytest.fixture(scope="module")
def crowd(committed: None) -> tuple[Organization, list[Person]]:
    organization = make_organization(
        "crowd", account_manager=make_user("max", vendor_role="account_manager")
    )
    make_admin("ada", organization)
    return organization, make_people(organization, 60, seed=7)


@pytest.fixture
def inside(crowd: tuple[Organization, list[Person]]) -> Iterator[tuple[Organization, list[Person]]]:
    with organization_context(crowd[0].pk):
        yield crowd


def counted(people: list[Person]) -> list[Person]:
    return [person for person in people if not person.left and not person.is_service]


class TestFeaturesByDepartment:
    def test_every_cell_counts_the_active_people_who_used_it(
        self, inside: tuple[Organization, list[Person]]
    ) -> None:
        organization, people = inside
        since = TODAY - timedelta(days=27)
        table = feature_table(organization_id=organization.pk, now=NOW)
        assert {row.name for row in table.rows} == set(FEATURES)
        for index, department in enumerate(table.departments):
            name = department.name if department else None
            members = [person for person in counted(people) if person.department == name]
            assert table.active[index] == sum(
                any(day >= since for day in person.active) for person in members
            )
            for row in table.rows:
                using = sum(any(day >= since for day in p.used[row.name]) for p in members)
                assert row.cells[index].people == using
        assert table.active_people == sum(table.active)
        assert all(row.people == sum(row.by_department) for row in table.rows)


class TestHowFeaturesSpread:
    def test_every_point_of_every_curve_is_a_recount(
        self, inside: tuple[Organization, list[Person]]
    ) -> None:
        organization, people = inside
        found = feature_adoption(organization_id=organization.pk, now=NOW)
        assert {each.name for each in found} == set(FEATURES)
        for each in found:
            first_uses = [min(p.used[each.name]) for p in counted(people) if p.used[each.name]]
            began = [p.began for p in counted(people) if p.began]
            assert each.first_seen_on == min(first_uses)
            for point in each.curve:
                assert point.users == sum(day <= point.ends_on for day in first_uses)
                assert point.people == sum(day <= point.ends_on for day in began)
            assert each.curve[-1].ends_on == TODAY


class TestNewcomers:
    def test_every_month_is_a_recount(self, inside: tuple[Organization, list[Person]]) -> None:
        organization, people = inside
        found = {each.month: each for each in cohorts(organization_id=organization.pk, now=NOW)}
        months: dict[date, list[Person]] = defaultdict(list)
        # Who left stays in the month they came in; ada, who did nothing, joined when she was made.
        for person in people:
            if not person.is_service:
                months[person.joined.replace(day=1)].append(person)
        months[TODAY.replace(day=1)].append(Person("ada", None, NOW))
        assert found.keys() == months.keys()
        for month, members in months.items():
            cohort = found[month]
            assert cohort.people == len(members)
            days = [
                (min(min(used) for used in p.used.values() if used) - p.joined).days
                for p in members
                if any(p.used.values())
            ]
            assert cohort.days_to_value == {day: days.count(day) for day in days}
            for after, retention in ((7, cohort.day_7), (28, cohort.day_28)):
                due = [
                    (p, p.began)
                    for p in members
                    if p.began and may_be_judged(p.began, after, today=TODAY)
                ]
                kept = [
                    p
                    for p, began in due
                    if p.active & {began + timedelta(days=after + n) for n in range(7)}
                ]
                assert (retention.people, retention.kept) == (len(due), len(kept))

    def test_looks_back_whole_months(self) -> None:
        assert first_month(date(2026, 11, 22), 12) == date(2025, 12, 1)
        assert first_month(date(2026, 1, 31), 12) == date(2025, 2, 1)


def _user(name: str) -> User:
    return User.objects.get(email=f"{name}@example.com")


class TestWhereOnlyTotalsAreShown:
    def test_no_group_of_fewer_than_five_people_is_told_apart(
        self, inside: tuple[Organization, list[Person]]
    ) -> None:
        organization, _people = inside
        before = feature_table(organization_id=organization.pk, now=NOW)
        with transaction.atomic():
            Organization.objects.filter(pk=organization.pk).update(usage_visibility="totals")
            sales = Membership.objects.filter(department__name="Sales")
            few = list(sales.filter(kind="employee", state="active").values_list("pk", flat=True))
            marketing = Department.objects.get(name="Marketing")
            sales.exclude(pk__in=few[:3]).update(department=marketing)
            table = feature_table(organization_id=organization.pk, now=NOW)
            newcomers = cohorts(organization_id=organization.pk, now=NOW)
            curves = feature_adoption(organization_id=organization.pk, now=NOW)
            transaction.set_rollback(True)
        assert table.is_folded
        # Three of Sales are too few: they stand with those without a department.
        assert [each.name if each else None for each in table.departments] == ["Marketing", None]
        assert table.active_people == before.active_people
        assert [row.people for row in table.rows] == [row.people for row in before.rows]
        assert sum(table.active) == sum(before.active)
        assert newcomers
        assert all(each.people >= 5 for each in newcomers)
        assert all(each.day_7.people == 0 or each.day_7.people >= 5 for each in newcomers)
        assert curves
        assert all(point.people >= 5 for each in curves for point in each.points)

    def test_an_organization_of_fewer_than_five_people_shows_nothing(self) -> None:
        tiny = make_organization("tiny")
        make_people(tiny, 4, seed=5)
        with organization_context(tiny.pk):
            Organization.objects.filter(pk=tiny.pk).update(usage_visibility="totals")
            assert feature_table(organization_id=tiny.pk, now=NOW).rows == ()
            assert feature_adoption(organization_id=tiny.pk, now=NOW) == []
            assert cohorts(organization_id=tiny.pk, now=NOW) == []


class TestPage:
    def test_takes_the_same_queries_for_five_people_as_for_sixty(
        self, crowd: tuple[Organization, list[Person]], client: Client
    ) -> None:
        small = make_organization("small")
        make_people(small, 5, seed=3)
        queries = []
        for organization, name in ((crowd[0], "ada"), (small, "ben")):
            user = make_admin("ben", small) if name == "ben" else _user(name)
            client.force_login(user)
            with CaptureQueriesContext(connection) as captured:
                response = client.get(f"/o/{organization.slug}/usage/features/")
            assert response.status_code == 200
            queries.append(len(captured))
        assert queries[0] == queries[1]

    def test_shows_the_staff_and_the_admin_the_same_figures_and_files(
        self, crowd: tuple[Organization, list[Person]], client: Client
    ) -> None:
        organization, people = crowd
        since = TODAY - timedelta(days=27)
        active = sum(any(day >= since for day in p.active) for p in counted(people))
        bodies, files = [], []
        for name, page in (
            ("ada", f"/o/{organization.slug}/usage/features"),
            ("max", f"/vendor/accounts/{organization.slug}/features"),
        ):
            client.force_login(_user(name))
            response = client.get(f"{page}/?feature=unknown")
            assert f" of {active}" in response.text
            bodies.append(response.text.split('id="departments"')[1].split("chosen-feature")[0])
            files.append(
                [
                    client.get(f"{page}.csv?table={t}").content
                    for t in ("departments", "adoption", "newcomers")
                ]
            )
        assert bodies[0].replace(f"/o/{organization.slug}/usage", "") == bodies[1].replace(
            f"/vendor/accounts/{organization.slug}", ""
        )
        assert files[0] == files[1]
        assert files[0][0].decode("utf-8-sig").splitlines()[1].split(",")[1:4:2] == [
            "Everybody",
            str(active),
        ]
        assert (
            client.get(f"/vendor/accounts/{organization.slug}/features.csv?table=x").status_code
            == 404
        )
