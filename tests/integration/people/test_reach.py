"""Who reaches some departments only sees and seats their people; nothing names anybody else."""

import re

import pytest
from django.db import connection
from django.test import Client

from accounts.access import AccessKind
from accounts.domain.roles import OrganizationRole, Permission, Powers
from accounts.models import Department, Membership, Organization, User
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from seats.models import SeatAssignment
from seats.services.waiting import request_seat
from tests.integration.people.conftest import GiveSeats, SignedIn
from tests.support.people import NOW, make_membership, make_user
from tests.support.routes import of_kind

OTHERS = ("Quirin", "Quentin", "Quendolin", "Qualitycontrol")
# What a department admin opens without naming an object.
PAGES = [
    route
    for route in of_kind(AccessKind.ORGANIZATION)
    if set(route.parameters) <= {"slug", "format"}
    and route.access.permission is not None
    and Powers(OrganizationRole.ADMIN, departments=frozenset({1})).may_open(
        route.access.permission, narrows=route.access.narrows
    )
]


@pytest.fixture
def sales(acme: Organization) -> Department:
    with organization_context(acme.pk):
        return Department.objects.create(organization=acme, name="Sales")


@pytest.fixture
def mine(acme: Organization, sales: Department) -> Membership:
    return make_membership(acme, external_id="mia", name="Mia", department=sales)


@pytest.fixture
def theirs(acme: Organization) -> list[Membership]:
    """People elsewhere: in another department, in none, and one who waits for a seat."""
    with organization_context(acme.pk):
        quality = Department.objects.create(organization=acme, name="Qualitycontrol")
    people = [
        make_membership(acme, external_id="quirin", name="Quirin", department=quality),
        make_membership(acme, external_id="quentin", name="Quentin"),
        make_membership(acme, external_id="quendolin", name="Quendolin", department=quality),
    ]
    request_seat(organization_id=acme.pk, membership_id=people[2].pk, actor=SYSTEM, now=NOW)
    return people


@pytest.fixture
def dan(acme: Organization, sales: Department) -> User:
    user = make_user("dan")
    make_membership(acme, user=user, role="admin", reach=[sales.pk])
    return user


def text_of(client: Client, address: str) -> tuple[int, str]:
    answer = client.get(address, follow=True)
    return answer.status_code, answer.content.decode(errors="replace")


class TestPagesOfADepartmentAdmin:
    def test_name_nobody_of_another_department(
        self,
        acme: Organization,
        dan: User,
        mine: Membership,
        theirs: list[Membership],
        signed_in: SignedIn,
    ) -> None:
        client = signed_in(dan)
        seen = set()
        for route in PAGES:
            path = re.sub(r"<str:format>", "csv", route.path).replace("<slug:slug>", "acme")
            for query in ("", "?q=Qu"):
                status, text = text_of(client, f"/{path}{query}")
                assert status < 500, path
                assert status != 403, path
                assert not [name for name in OTHERS if name in text], path
            seen.add(route.name)
        assert {"people", "people_export", "usage", "features", "search", "seats"} <= seen
        assert "Mia" in text_of(client, "/o/acme/people/")[1]
        assert "Mia" in text_of(client, "/o/acme/people.csv")[1]
        assert "Mia" in text_of(client, "/o/acme/search/?q=Mia")[1]

    def test_leave_everything_else_to_those_who_reach_everybody(
        self, dan: User, signed_in: SignedIn
    ) -> None:
        client = signed_in(dan)
        for address in (
            "",
            "settings/",
            "requests/",
            "settings/history/",
            "sharing/",
            "people/add/",
        ):
            assert client.get(f"/o/acme/{address}").status_code == 403, address
        assert client.get("/").headers["Location"] == "/o/acme/people/"

    def test_seat_their_own_people_and_do_not_find_others(
        self,
        acme: Organization,
        dan: User,
        mine: Membership,
        theirs: list[Membership],
        purchased: GiveSeats,
        signed_in: SignedIn,
    ) -> None:
        purchased(acme, 5)
        client, other = signed_in(dan), theirs[1].pk
        assert client.post(f"/o/acme/people/{mine.pk}/assign/").status_code == 302
        assert client.get(f"/o/acme/people/{mine.pk}/").status_code == 200
        for action in ("", "assign/", "release/", "wait/", "reassign/"):
            address = f"/o/acme/people/{other}/{action}"
            answer = client.post(address) if action else client.get(address)
            assert answer.status_code == 404, action
        moved = client.post(f"/o/acme/people/{mine.pk}/reassign/", {"to": other})
        several = {"action": "assign", "person": [mine.pk, other]}
        assert moved.status_code == client.post("/o/acme/people/bulk/", several).status_code == 404
        with organization_context(acme.pk):
            seated = SeatAssignment.objects.filter(during__endswith=None)
            # Quendolin waited, and had the first of the purchased seats.
            names = set(seated.values_list("membership__name", flat=True))
            assert names == {"Mia", "Quendolin"}


class TestTheDatabase:
    def test_hides_people_and_departments_out_of_reach_from_any_statement(
        self, acme: Organization, sales: Department, mine: Membership, theirs: list[Membership]
    ) -> None:
        with (
            organization_context(acme.pk, departments=[sales.pk]),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT name FROM accounts_membership")
            assert cursor.fetchall() == [("Mia",)]
            cursor.execute("SELECT name FROM accounts_department")
            assert cursor.fetchall() == [("Sales",)]
            # A service counts everybody, and the page's own view is back afterwards.
            with organization_context(acme.pk):
                assert Membership.objects.count() == 4
            assert Membership.objects.count() == 1

    def test_shows_nobody_for_a_department_that_is_gone(
        self, acme: Organization, mine: Membership
    ) -> None:
        with organization_context(acme.pk, departments=[0]):
            assert not Membership.objects.exists()


class TestPowers:
    def test_of_a_department_admin_buy_and_do_not_approve(self) -> None:
        powers = Powers(OrganizationRole.ADMIN, departments=frozenset({1}))
        assert powers.may(Permission.SEATS_BUY)
        assert not powers.may(Permission.REQUESTS_APPROVE)
        assert not powers.may_open(Permission.PEOPLE_READ, narrows=False)
