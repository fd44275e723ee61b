"""People of the directory become memberships, change with it and leave with it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.domain.roles import OrganizationRole
from accounts.models import HistoryEntry, Membership
from accounts.tenancy import organization_context
from provisioning.models import (
    DirectoryGroup,
    DirectoryRequest,
    DirectoryToken,
    DirectoryUser,
)
from provisioning.services.connections import issue_token, map_group, revoke_token
from provisioning.services.following import DIRECTORY
from seats.models import SeatAssignment, SeatPool, WaitingListEntry
from tests.integration.provisioning.conftest import ENTERPRISE, USER, Directory, make_directory
from tests.support.people import NOW, make_membership, make_user

ANNA = {
    "externalId": "00u1",
    "name": {"givenName": "Anna", "familyName": "Berg"},
    "title": "Designer",
    "userType": "Contractor",
    "active": True,
    "emails": [
        {"value": "home@example.net", "type": "home"},
        {"value": "Anna@Acme.example", "type": "work", "primary": True},
    ],
    "addresses": [{"type": "work", "country": "DE"}],
    ENTERPRISE: {"department": "Design", "costCenter": "4711", "employeeNumber": "12"},
}


@pytest.mark.django_db
class TestSomebodyNew:
    def test_becomes_a_person_with_all_that_the_directory_says(self, directory: Directory) -> None:
        boss = directory.create("boss@acme.example", active=True)
        anna = directory.create(
            "anna@acme.example",
            **ANNA | {ENTERPRISE: ANNA[ENTERPRISE] | {"manager": {"value": boss["id"]}}},  # type: ignore[operator]
        )
        person = directory.membership("anna@acme.example")
        assert (person.name, person.email, person.title) == (
            "Anna Berg",
            "anna@acme.example",
            "Designer",
        )
        assert person.department is not None
        assert person.region is not None
        assert (person.department.name, person.region.name) == ("Design", "DE")
        assert person.kind == Membership.Kind.CONTRACTOR
        assert person.external_id == "anna@acme.example"
        assert person.manager == directory.membership("boss@acme.example")
        # What has no place here is given back as it came.
        assert anna[ENTERPRISE]["costCenter"] == "4711"
        assert anna["emails"][0]["value"] == "home@example.net"
        assert anna["meta"]["location"].endswith(f"/scim/v2/Users/{anna['id']}")

    def test_who_is_here_already_is_taken_over_and_not_doubled(self, directory: Directory) -> None:
        here = make_membership(
            directory.organization, user=make_user("ada"), role="admin", title="Head"
        )
        directory.create("ada@example.com", displayName="Ada L.")
        person = directory.membership("ada@example.com")
        assert person.pk == here.pk
        assert (person.role, person.name, person.title) == ("admin", "Ada L.", "Head")

    def test_a_user_name_that_is_taken_is_a_conflict(self, directory: Directory) -> None:
        directory.create("anna@acme.example")
        again = directory.ask(
            "POST", "/Users", {"schemas": [USER], "userName": "ANNA@acme.example"}
        )
        assert again.status_code == 409
        assert again.json()["scimType"] == "uniqueness"  # type: ignore[attr-defined]

    def test_an_address_of_two_people_belongs_to_the_first(self, directory: Directory) -> None:
        directory.create("anna", emails=[{"value": "team@acme.example"}])
        directory.create("ben", emails=[{"value": "team@acme.example"}])
        assert directory.membership("anna").email == "team@acme.example"
        assert directory.membership("ben").email == ""


@pytest.mark.django_db
class TestSeats:
    def test_nobody_gets_one_unless_the_organization_chose_so(
        self, directory: Directory, buy: Callable[[int], None]
    ) -> None:
        buy(5)
        directory.create("anna")
        with organization_context(directory.organization.pk):
            assert not SeatAssignment.objects.exists()

    def test_beyond_the_limit_people_come_without_a_seat_and_wait(
        self, directory: Directory, buy: Callable[[int], None]
    ) -> None:
        buy(1)
        directory.choose(seats="everybody")
        directory.create("anna")
        directory.create("ben")
        with organization_context(directory.organization.pk):
            assert SeatAssignment.objects.get().membership == directory.membership("anna")
            assert WaitingListEntry.objects.get().membership == directory.membership("ben")
            pool = SeatPool.objects.get()
            assert (pool.assigned_seats, pool.purchased_seats) == (1, 1)

    def test_who_is_deactivated_frees_theirs_and_gets_one_on_return(
        self, directory: Directory, buy: Callable[[int], None]
    ) -> None:
        buy(1)
        directory.choose(seats="everybody")
        anna = directory.create("anna", active=True)
        directory.patch(f"/Users/{anna['id']}", {"op": "replace", "path": "active", "value": False})
        assert directory.membership("anna").state == "deactivated"
        with organization_context(directory.organization.pk):
            assert SeatPool.objects.get().assigned_seats == 0
            verbs = HistoryEntry.objects.order_by("-pk").values_list("verb", flat=True)
            assert {"person_deactivated", "seat_released"} <= set(verbs)
        directory.patch(f"/Users/{anna['id']}", {"op": "replace", "value": {"active": True}})
        with organization_context(directory.organization.pk):
            assert SeatPool.objects.get().assigned_seats == 1

    def test_members_of_a_marked_group_get_one(
        self, directory: Directory, buy: Callable[[int], None]
    ) -> None:
        buy(3)
        directory.choose(seats="groups")
        anna, ben = directory.create("anna"), directory.create("ben")
        group = directory.group("Licensed", anna["id"])
        with organization_context(directory.organization.pk):
            row = DirectoryGroup.objects.get()
            assert not SeatAssignment.objects.exists()
        map_group(
            organization_id=directory.organization.pk,
            group_id=row.pk,
            gives_seat=True,
            department=None,
            role="champion",
            granter=OrganizationRole.ADMIN,
            actor=DIRECTORY,
            now=NOW,
        )
        assert directory.membership("anna").role == "champion"
        directory.patch(
            f"/Groups/{group['id']}",
            {"op": "Add", "path": "members", "value": [{"value": ben["id"]}]},
        )
        with organization_context(directory.organization.pk):
            assert SeatAssignment.objects.count() == 2
        directory.patch(
            f"/Groups/{group['id']}",
            {"op": "Remove", "path": "members", "value": [{"value": anna["id"]}]},
        )
        # The role goes with the group, the seat stays.
        assert directory.membership("anna").role == "member"
        with organization_context(directory.organization.pk):
            assert SeatAssignment.objects.count() == 2


@pytest.mark.django_db
class TestChanges:
    def test_what_the_directory_changes_follows_and_the_rest_stays(
        self, directory: Directory
    ) -> None:
        anna = directory.create("anna@acme.example", **ANNA)
        with organization_context(directory.organization.pk):
            Membership.objects.update(title="Changed here")
        directory.patch(
            f"/Users/{anna['id']}",
            {"op": "replace", "path": f"{ENTERPRISE}:department", "value": "Research"},
        )
        person = directory.membership("anna@acme.example")
        assert person.department is not None
        assert (person.department.name, person.title) == ("Research", "Changed here")

    def test_a_deletion_deactivates_and_a_new_creation_brings_back(
        self, directory: Directory
    ) -> None:
        anna = directory.create("anna@acme.example", **ANNA)
        before = directory.membership("anna@acme.example").pk
        assert directory.ask("DELETE", f"/Users/{anna['id']}").status_code == 204
        assert directory.ask("GET", f"/Users/{anna['id']}").status_code == 404
        with organization_context(directory.organization.pk):
            assert Membership.objects.get(pk=before).state == "deactivated"
            assert not DirectoryUser.objects.exists()
        directory.create("anna@acme.example", **ANNA)
        person = directory.membership("anna@acme.example")
        assert (person.pk, person.state) == (before, "active")

    def test_the_last_owner_is_not_shut_out(self, directory: Directory) -> None:
        make_membership(directory.organization, user=make_user("ada"), role="owner")
        ada = directory.create("ada@example.com", active=True)
        answer = directory.patch(
            f"/Users/{ada['id']}", {"op": "Replace", "path": "active", "value": "False"}
        )
        assert answer.status_code == 409
        assert directory.membership("ada@example.com").state == "active"

    def test_etags_guard_against_lost_updates(self, directory: Directory) -> None:
        anna = directory.create("anna")
        path, tag = f"/Users/{anna['id']}", anna["meta"]["version"]
        change = {"op": "replace", "path": "title", "value": "Lead"}
        assert directory.ask("GET", path, **{"If-None-Match": tag}).status_code == 304
        assert directory.patch(path, change, **{"If-Match": tag}).status_code == 204
        assert directory.patch(path, change, **{"If-Match": tag}).status_code == 412
        assert directory.ask("GET", path, **{"If-None-Match": tag}).status_code == 200
        # Somebody who got a title is news from that day on.
        assert directory.membership("anna").position_since is not None


@pytest.mark.django_db
class TestTheDoor:
    def test_is_shut_without_a_token_with_a_foreign_and_with_a_revoked_one(
        self, directory: Directory
    ) -> None:
        anna = directory.create("anna")
        assert Client().get("/scim/v2/Users").status_code == 401
        assert (
            Directory(directory.organization, "hrd_aa_bb").ask("GET", "/Users").status_code == 401
        )
        other = make_directory("other")
        assert other.ask("GET", f"/Users/{anna['id']}").status_code == 404
        assert other.ask("GET", "/Users").json()["totalResults"] == 0  # type: ignore[attr-defined]
        with organization_context(directory.organization.pk):
            token = DirectoryToken.objects.get()
        revoke_token(
            organization_id=directory.organization.pk, token_id=token.pk, actor=DIRECTORY, now=NOW
        )
        answer = directory.ask("GET", "/Users")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert Client().get("/scim/v2/ServiceProviderConfig").status_code == 200
        with organization_context(directory.organization.pk):
            last = DirectoryRequest.objects.all()[0]
            assert (last.status, last.detail) == (401, "The token was revoked. Make a new one.")

    def test_two_tokens_are_valid_while_one_replaces_the_other(self, directory: Directory) -> None:
        _row, second = issue_token(
            organization_id=directory.organization.pk, actor=DIRECTORY, now=timezone.now()
        )
        assert directory.ask("GET", "/Users").status_code == 200
        assert Directory(directory.organization, second).ask("GET", "/Users").status_code == 200
        _row, third = issue_token(
            organization_id=directory.organization.pk, actor=DIRECTORY, now=timezone.now()
        )
        assert directory.ask("GET", "/Users").status_code == 401
        assert Directory(directory.organization, third).ask("GET", "/Users").status_code == 200

    def test_what_it_cannot_read_is_answered_in_the_language_of_scim(
        self, directory: Directory
    ) -> None:
        for body, status in (
            ("{", 400),
            ('{"userName": "a\\u0000b"}', 400),
            ("[]", 400),
            ('{"schemas": []}', 400),
        ):
            answer = directory.ask("POST", "/Users", body)
            assert (answer.status_code, body) == (status, body)
            assert answer.headers["Content-Type"] == "application/scim+json"
        assert directory.ask("GET", '/Users?filter=nope eq "1"').status_code == 400
        assert directory.ask("GET", "/Me").status_code == 501
        assert directory.ask("GET", "/Nothing").status_code == 404
