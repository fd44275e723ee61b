"""What Entra ID and Okta send, as they send it (their documented requests, replayed)."""

import json
from typing import Any

import pytest

from accounts.models import Membership
from tests.integration.provisioning.conftest import ENTERPRISE, GROUP, USER, Directory

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


def read(directory: Directory, path: str) -> dict[str, Any]:
    """Return what the directory reads."""
    answer = directory.ask("GET", path)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)  # type: ignore[no-any-return]


@pytest.mark.django_db
class TestEntraId:
    def test_a_life_of_a_person(self, directory: Directory) -> None:
        # Test connection: a user name that nobody has.
        empty = read(directory, '/Users?filter=userName eq "8c2e1f6a-0000"')
        assert (empty["totalResults"], empty.get("Resources", [])) == (0, [])
        boss = directory.create("boss@contoso.example", active=True)
        user = directory.create(
            "Jyoti@contoso.example",
            externalId="jyoti",
            active=True,
            displayName="Jyoti",
            emails=[{"type": "work", "value": "jyoti@contoso.example", "primary": True}],
            meta={"resourceType": "User"},
            roles=[],
            **{ENTERPRISE: {"department": "Sales"}},
        )
        path = f"/Users/{user['id']}"
        answer = directory.patch(
            path,
            {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": boss["id"]},
            {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "j@contoso.example"},
            {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+49 1"},
            {"op": "Add", "path": 'addresses[type eq "work"].country', "value": "IN"},
            {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "Marketing"},
            {"op": "Replace", "path": "name.givenName", "value": "Jyoti"},
            {"op": "Replace", "path": "displayName", "value": "Jyoti Rao"},
        )
        assert answer.status_code in (200, 204), answer.content
        person = directory.membership("jyoti@contoso.example")
        assert person.department is not None
        assert person.region is not None
        assert (person.name, person.email, person.department.name, person.region.name) == (
            "Jyoti Rao",
            "j@contoso.example",
            "Marketing",
            "IN",
        )
        assert person.manager == directory.membership("boss@contoso.example")
        disabled = directory.patch(path, {"op": "Replace", "path": "active", "value": "False"})
        assert disabled.status_code in (200, 204)
        assert directory.membership("jyoti@contoso.example").state == "deactivated"
        assert read(directory, path)["active"] is False
        removed = directory.patch(path, {"op": "Remove", "path": f"{ENTERPRISE}:manager"})
        assert removed.status_code in (200, 204)
        assert directory.membership("jyoti@contoso.example").manager is None

    def test_members_come_and_go_one_by_one(self, directory: Directory) -> None:
        anna, ben = directory.create("anna"), directory.create("ben")
        created = directory.ask(
            "POST",
            "/Groups",
            {"schemas": [GROUP], "externalId": "8aa1", "displayName": "Team", "members": []},
        )
        group = json.loads(created.content)
        path = f"/Groups/{group['id']}"
        for op in (
            {"op": "Add", "path": "members", "value": [{"value": anna["id"]}]},
            {"op": "Add", "path": "members", "value": [{"value": ben["id"]}]},
            # Sent again after a time-out.
            {"op": "Add", "path": "members", "value": [{"value": ben["id"]}]},
        ):
            assert directory.patch(path, op).status_code in (200, 204)
        assert {each["value"] for each in read(directory, path)["members"]} == {
            anna["id"],
            ben["id"],
        }
        asked = f'/Groups?filter=id eq "{group["id"]}" and members eq "{anna["id"]}"'
        assert read(directory, asked)["totalResults"] == 1
        assert "members" not in read(directory, f"{path}?excludedAttributes=members")
        gone = {"op": "Remove", "path": "members", "value": [{"value": anna["id"]}]}
        assert directory.patch(path, gone).status_code in (200, 204)
        assert read(directory, asked)["totalResults"] == 0
        assert read(directory, f"/Users/{ben['id']}")["groups"][0]["display"] == "Team"


@pytest.mark.django_db
class TestOkta:
    def test_a_life_of_a_person(self, directory: Directory) -> None:
        asked = read(
            directory, '/Users?filter=userName eq "mira@acme.example"&startIndex=1&count=100'
        )
        assert asked["totalResults"] == 0
        sent = {
            "schemas": [USER],
            "userName": "mira@acme.example",
            "name": {"givenName": "Mira", "familyName": "Sari"},
            "emails": [{"primary": True, "value": "mira@acme.example", "type": "work"}],
            "displayName": "Mira Sari",
            "locale": "id-ID",
            "externalId": "00ujl29u0le5T6Aj10h7",
            "groups": [],
            "password": "1mz050nq",
            "active": True,
        }
        user = json.loads(directory.ask("POST", "/Users", sent).content)
        assert "password" not in user
        path = f"/Users/{user['id']}"
        # A change of the profile is a whole replacement, with what was read.
        changed = user | {"displayName": "Mira S.", "title": "VP Sales"}
        answer = directory.ask("PUT", path, changed)
        assert answer.status_code == 200, answer.content
        person = directory.membership("mira@acme.example")
        assert (person.name, person.title) == ("Mira S.", "VP Sales")
        off = directory.patch(path, {"op": "replace", "value": {"active": False}})
        assert off.status_code in (200, 204)
        assert directory.membership("mira@acme.example").state == Membership.State.DEACTIVATED
        on = directory.patch(path, {"op": "replace", "value": {"active": True}})
        assert on.status_code in (200, 204)
        assert directory.membership("mira@acme.example").state == Membership.State.ACTIVE

    def test_a_group_is_pushed_and_renamed(self, directory: Directory) -> None:
        anna, ben = directory.create("anna"), directory.create("ben")
        group = directory.group("Team", anna["id"])
        path = f"/Groups/{group['id']}"
        renamed = directory.patch(
            path, {"op": "replace", "value": {"id": group["id"], "displayName": "Crew"}}
        )
        assert renamed.status_code in (200, 204), renamed.content
        swapped = directory.patch(
            path,
            {"op": "remove", "path": f'members[value eq "{anna["id"]}"]'},
            {"op": "add", "path": "members", "value": [{"value": ben["id"], "display": "ben"}]},
        )
        assert swapped.status_code in (200, 204), swapped.content
        now = read(directory, path)
        assert (now["displayName"], [each["value"] for each in now["members"]]) == (
            "Crew",
            [ben["id"]],
        )


@pytest.mark.django_db
class TestBulk:
    def test_refers_to_what_it_creates_and_stops_at_so_many_errors(
        self, directory: Directory
    ) -> None:
        operations = [
            {
                "method": "POST",
                "path": "/Groups",
                "bulkId": "g",
                "data": {
                    "schemas": [GROUP],
                    "displayName": "Team",
                    "members": [{"value": "bulkId:u"}],
                },
            },
            {
                "method": "POST",
                "path": "/Users",
                "bulkId": "u",
                "data": {"schemas": [USER], "userName": "anna"},
            },
            {
                "method": "POST",
                "path": "/Users",
                "bulkId": "again",
                "data": {"schemas": [USER], "userName": "anna"},
            },
            {"method": "DELETE", "path": "/Users/nobody"},
        ]
        answer = directory.ask(
            "POST", "/Bulk", {"schemas": [BULK], "failOnErrors": 1, "Operations": operations}
        )
        assert answer.status_code == 200, answer.content
        results = json.loads(answer.content)["Operations"]
        # The third fails, so that the fourth does not run; what was done before stays.
        assert [(each["bulkId"], each["status"]) for each in results] == [
            ("g", "201"),
            ("u", "201"),
            ("again", "409"),
        ]
        group = read(directory, "/Groups")["Resources"][0]
        assert group["members"][0]["display"] == "anna"
