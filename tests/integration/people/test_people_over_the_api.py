"""People, departments, invitations, seats and requests over the API, as the pages do them."""

from typing import Any

import pytest
from django.core import mail
from rest_framework.test import APIClient

from accounts.models import Department, HistoryEntry, Invitation, Membership, Organization
from accounts.tenancy import organization_context
from seats.models import SeatAssignment, WaitingListEntry
from tests.integration.people.conftest import GiveSeats
from tests.support.people import make_api_key, make_membership

URL = "/api/v1/organizations/acme"


@pytest.fixture
def own(acme: Organization) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {make_api_key(acme)}")
    return client


@pytest.fixture
def others(other: Organization) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {make_api_key(other)}")
    return client


def last_entry(organization: Organization) -> tuple[str, str]:
    with organization_context(organization.pk):
        entry = HistoryEntry.objects.order_by("-pk")[0]
        return entry.verb, entry.actor_label


def seated(organization: Organization) -> set[str]:
    with organization_context(organization.pk):
        return set(
            SeatAssignment.objects.filter(during__endswith__isnull=True).values_list(
                "membership__external_id", flat=True
            )
        )


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class TestOrganization:
    def test_changes_what_is_sent_and_nothing_else(
        self, own: APIClient, acme: Organization
    ) -> None:
        unseen = own.patch(URL, {"time_zone": "Europe/Berlin"})
        assert refused(unseen) == (428, "precondition_required")
        seen = {"If-Match": own.get(URL)["ETag"]}
        answer = own.patch(URL, {"time_zone": "Europe/Berlin"}, headers=seen)
        assert answer.status_code == 200
        assert (answer.json()["time_zone"], answer.json()["name"]) == ("Europe/Berlin", "Acme")
        assert last_entry(acme) == ("organization_changed", "API key tests")
        assert refused(own.patch(URL, {"time_zone": "UTC"}, headers=seen))[0] == 412
        wrong = own.patch(URL, {"time_zone": "Mars/Base"}, headers={"If-Match": answer["ETag"]})
        assert wrong.json()["errors"][0]["field"] == "time_zone"


class TestPerson:
    @pytest.fixture(autouse=True)
    def person(self, acme: Organization, ada: object) -> Membership:
        return make_membership(acme, external_id="u1", email="dewi@example.com", name="Dewi")

    def test_is_found_by_member_id_or_address(self, own: APIClient, others: APIClient) -> None:
        by_id = own.get(f"{URL}/members/u1").json()
        assert by_id["email"] == "dewi@example.com"
        assert own.get(f"{URL}/members/DEWI@example.com").json() == by_id
        assert own.get(f"{URL}/members/nobody").status_code == 404
        assert others.get(f"{URL}/members/u1").status_code == 404

    def test_is_changed_in_part(self, own: APIClient, acme: Organization) -> None:
        answer = own.patch(f"{URL}/members/u1", {"department": "Sales", "role": "billing"})
        assert answer.status_code == 200
        made = answer.json()
        assert (made["name"], made["department"], made["role"]) == ("Dewi", "Sales", "billing")
        assert last_entry(acme) == ("person_changed", "API key tests")
        owner = own.patch(f"{URL}/members/u1", {"role": "owner", "name": "D."})
        assert refused(owner) == (403, "role_not_yours_to_give")
        assert own.get(f"{URL}/members/u1").json()["name"] == "Dewi"

    def test_is_shut_out_with_the_seat_and_let_in_without(
        self, own: APIClient, acme: Organization, purchased: GiveSeats
    ) -> None:
        purchased(acme, 1)
        own.post(f"{URL}/members/u1/seat")
        gone = own.post(f"{URL}/members/u1/deactivate").json()
        assert (gone["state"], gone["has_seat"]) == ("deactivated", False)
        assert own.post(f"{URL}/members/u1/deactivate").status_code == 200
        back = own.post(f"{URL}/members/u1/reactivate").json()
        assert (back["state"], back["has_seat"]) == ("active", False)
        last_owner = own.post(f"{URL}/members/ada@example.com/deactivate")
        assert refused(last_owner) == (403, "role_not_yours_to_give")

    def test_is_listed_by_filters(self, own: APIClient, acme: Organization) -> None:
        own.patch(f"{URL}/members/u1", {"department": "Sales", "region": "North"})
        make_membership(acme, external_id="u2", name="Eli")
        own.post(f"{URL}/members/u2/deactivate")

        def listed(query: str) -> set[str]:
            page = own.get(f"{URL}/members?{query}").json()
            return {person["member"] for person in page["results"]}

        assert listed("") == {"u1", "u2", "ada@example.com"}
        assert listed("show=present&department=none") == {"ada@example.com"}
        assert listed("show=deactivated") == {"u2"}
        assert listed("department=sales&region=north&q=dewi") == {"u1"}
        for query, field in (("show=all", "show"), ("department=Law", "department")):
            wrong = own.get(f"{URL}/members?{query}")
            assert wrong.status_code == 400
            assert [error["field"] for error in wrong.json()["errors"]] == [field]


class TestDepartments:
    def test_are_made_renamed_and_removed(
        self, own: APIClient, others: APIClient, acme: Organization
    ) -> None:
        made = own.post(f"{URL}/departments", {"name": "Law"})
        assert made.status_code == 201
        twice = own.post(f"{URL}/departments", {"name": "law"})
        assert refused(twice) == (409, "department_exists")
        one = f"{URL}/departments/{made.json()['id']}"
        make_membership(acme, external_id="u1", department=Department(pk=made.json()["id"]))
        assert own.patch(one, {"name": "Legal"}).json()["name"] == "Legal"
        (listed,) = own.get(f"{URL}/departments").json()["results"]
        assert (listed["name"], listed["people"]) == ("Legal", 1)
        assert others.delete(one.replace("acme", "other")).status_code == 404
        assert own.delete(one).status_code == 204
        assert last_entry(acme)[1] == "API key tests"
        assert own.get(one).status_code == 404
        assert own.get(f"{URL}/members/u1").json()["department"] is None


class TestInvitations:
    def test_are_sent_and_taken_back(
        self,
        own: APIClient,
        others: APIClient,
        acme: Organization,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            made = own.post(f"{URL}/invitations", {"email": "New@example.com", "role": "admin"})
        assert made.status_code == 201
        assert [message.to for message in mail.outbox] == [["new@example.com"]]
        assert last_entry(acme)[1] == "API key tests"
        again = own.post(f"{URL}/invitations", {"email": "new@example.com"})
        assert refused(again) == (409, "already_invited")
        one = f"{URL}/invitations/{made.json()['id']}"
        assert refused(own.post(f"{one}/resend")) == (409, "invitation_just_sent")
        assert [each["email"] for each in own.get(f"{URL}/invitations").json()["results"]] == [
            "new@example.com"
        ]
        assert others.delete(one.replace("acme", "other")).status_code == 404
        assert own.delete(one).status_code == 204
        with organization_context(acme.pk):
            assert Invitation.objects.get().revoked_at is not None


class TestSeatsOfSeveral:
    @pytest.fixture(autouse=True)
    def people(self, acme: Organization, purchased: GiveSeats) -> None:
        purchased(acme, 2)
        for name in ("u1", "u2", "u3"):
            make_membership(acme, external_id=name)

    def test_are_given_in_order_until_none_is_left(
        self, own: APIClient, acme: Organization
    ) -> None:
        answer = own.post(f"{URL}/seats/assign", {"members": ["u3", "u1", "u2"]}).json()
        assert (answer["done"], answer["without_seat"]) == (["u3", "u1"], ["u2"])
        assert answer["missing_seats"] == 1
        assert answer["offer"]["missing_seats"] == 1
        assert seated(acme) == {"u3", "u1"}
        freed = own.post(f"{URL}/seats/release", {"members": ["u3", "u2"]}).json()
        assert (freed["done"], freed["unchanged"]) == (["u3"], ["u2"])

    def test_move_in_one_step(self, own: APIClient, acme: Organization) -> None:
        own.post(f"{URL}/members/u1/seat")
        moved = own.post(f"{URL}/members/u1/seat/reassign", {"to": "u2"})
        assert (moved.status_code, moved.json()["member"]) == (200, "u2")
        assert seated(acme) == {"u2"}
        assert own.post(f"{URL}/members/u2/seat/reassign", {"to": "u2"}).status_code == 400

    def test_of_a_stranger_are_refused_for_all(self, own: APIClient, acme: Organization) -> None:
        answer = own.post(f"{URL}/seats/assign", {"members": ["u1", "nobody"]})
        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == ["members[1]"]
        assert seated(acme) == set()


class TestRequests:
    @pytest.fixture(autouse=True)
    def people(self, acme: Organization) -> None:
        for name in ("u1", "u2"):
            make_membership(acme, external_id=name)

    def waiting(self, own: APIClient) -> list[str]:
        page = own.get(f"{URL}/seat-requests").json()
        return [each["member"] for each in page["results"]]

    def test_are_made_moved_and_answered(self, own: APIClient, acme: Organization) -> None:
        asked = own.post(f"{URL}/members/u1/seat-request", {"note": "For the launch"})
        assert (asked.status_code, asked.json()["state"]) == (201, "open")
        assert own.post(f"{URL}/seats/wait", {"members": ["u2"]}).json() == {"waiting": 1}
        assert self.waiting(own) == ["u1", "u2"]
        moved = own.post(
            f"{URL}/members/u2/seat-request/move", {"place": 1, "reason": "Leads the launch"}
        )
        assert moved.json() == {"place": 1}
        with organization_context(acme.pk):
            order = list(WaitingListEntry.objects.values_list("membership__external_id", flat=True))
        assert order == ["u2", "u1"]
        declined = own.post(f"{URL}/members/u1/seat-request/decline", {"reason": "Next year"})
        assert (declined.json()["state"], declined.json()["answered_by"]) == (
            "declined",
            "API key tests",
        )
        twice = own.post(f"{URL}/members/u1/seat-request/decline", {"reason": "Next year"})
        assert refused(twice) == (409, "not_waiting")
        assert own.delete(f"{URL}/members/u2/seat-request").status_code == 204
        assert self.waiting(own) == []
        told = own.get(f"{URL}/seat-requests?state=declined").json()["results"]
        assert [each["decline_reason"] for each in told] == ["Next year"]

    def test_follow_the_choice_of_seating(self, own: APIClient) -> None:
        assert own.get(f"{URL}/seat-requests/seating").json() == {"seats_next": False}
        assert own.put(f"{URL}/seat-requests/seating", {"seats_next": True}).status_code == 200
        assert own.get(f"{URL}/seat-requests/seating").json() == {"seats_next": True}


class TestHistory:
    def test_is_read_with_filters(self, own: APIClient, acme: Organization) -> None:
        own.post(f"{URL}/departments", {"name": "Law"})
        own.post(f"{URL}/members", {"member": "u1", "name": "Dewi"})
        (entry,) = own.get(f"{URL}/history?verb=person_added&q=dewi").json()["results"]
        assert (entry["actor"], entry["object_label"]) == ("API key tests", "Dewi")
        assert "Dewi" in entry["sentence"]
        assert own.get(f"{URL}/history?until=2020-01-01T00:00:00Z").json()["results"] == []
        wrong = own.get(f"{URL}/history?since=yesterday")
        assert wrong.json()["errors"][0]["field"] == "since"
        assert own.get(f"{URL}/vendor-access").json()["results"] == []


class TestUsage:
    def test_is_empty_and_well_formed_without_any(self, own: APIClient, acme: Organization) -> None:
        make_membership(acme, external_id="u1", department=None)
        (group,) = own.get(f"{URL}/usage/groups?by=region").json()
        assert (group["name"], group["people"], group["active"]) == ("", 1, 0)
        for part in ("features", "features/departments", "adoption", "history"):
            assert own.get(f"{URL}/usage/{part}").json() == [], part
        assert len(own.get(f"{URL}/usage/weeks").json()) == 12
        cohorts = own.get(f"{URL}/usage/cohorts")
        assert cohorts.status_code == 200
        wrong = own.get(f"{URL}/usage/groups?by=shoe")
        assert wrong.json()["errors"][0]["field"] == "by"
