"""Organizations, people and seats over the API: what is made, what is refused and how."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.domain.roles import StaffScope
from accounts.models import Department, HistoryEntry, Membership, Organization
from accounts.tenancy import organization_context, staff_context
from seats.models import SeatPool
from tests.integration.people.conftest import GiveSeats
from tests.support.people import make_api_key, make_membership, make_organization, make_user

URL = "/api/v1/organizations"


def client_of(key: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


@pytest.fixture
def vendor(db: None) -> APIClient:
    return client_of(make_api_key())


@pytest.fixture
def own(acme: Organization) -> APIClient:
    return client_of(make_api_key(acme))


def fields(answer: Any) -> list[str]:
    return [error["field"] for error in answer.json()["errors"]]


class TestCreatingAnOrganization:
    def test_takes_everything_that_is_known(self, vendor: APIClient) -> None:
        make_user("max", vendor_role="account_manager")
        body = {
            "external_id": "cus_1",
            "name": "Lago Studio",
            "currency": "EUR",
            "time_zone": "Europe/Berlin",
            "country": "DE",
            "segment": "mid_market",
            "industry": "design",
            "language": "de",
            "account_manager": "MAX@example.com",
        }
        answer = vendor.post(URL, body)
        assert answer.status_code == 201
        made = answer.json()
        assert made.pop("created_at")
        assert made == body | {
            "slug": "lago-studio",
            "account_manager": "max@example.com",
            "usage_visibility": "people",
        }

    def test_needs_only_an_id_and_a_name(self, vendor: APIClient) -> None:
        answer = vendor.post(URL, {"external_id": "cus_1", "name": "Lago"})
        assert answer.status_code == 201
        assert answer.json()["currency"] == "USD"

    def test_twice_is_a_conflict_with_a_code(self, vendor: APIClient) -> None:
        vendor.post(URL, {"external_id": "cus_1", "name": "Lago"})
        answer = vendor.post(URL, {"external_id": "cus_1", "name": "Lago again"})
        assert answer.status_code == 409
        assert answer.json()["code"] == "organization_exists"
        assert answer["Content-Type"] == "application/problem+json"

    def test_gives_equal_names_different_addresses(self, vendor: APIClient) -> None:
        slugs = [
            vendor.post(URL, {"external_id": f"cus_{n}", "name": "Lago"}).json()["slug"]
            for n in range(3)
        ]
        assert slugs == ["lago", "lago-2", "lago-3"]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("external_id", ""),
            ("external_id", "two words"),
            ("external_id", "two\nlines"),
            ("external_id", "x" * 201),
            ("external_id", None),
            ("external_id", {"a": 1}),
            ("name", ""),
            ("name", "x" * 201),
            ("slug", "no slashes/"),
            ("currency", "XYZ1"),
            ("currency", "eur"),
            ("time_zone", "Mars/Base"),
            ("country", "Germany"),
            ("segment", "huge"),
            ("language", "xx"),
            ("account_manager", "nobody@example.com"),
            ("account_manager", "no address"),
        ],
    )
    def test_names_the_field_that_is_wrong(
        self, vendor: APIClient, field: str, value: object
    ) -> None:
        body = {"external_id": "cus_1", "name": "Lago", field: value}
        answer = vendor.post(URL, body)
        assert answer.status_code == 400
        assert fields(answer) == [field]

    def test_takes_no_customer_for_an_account_manager(self, vendor: APIClient) -> None:
        make_user("ada")
        body = {"external_id": "cus_1", "name": "Lago", "account_manager": "ada@example.com"}
        assert fields(vendor.post(URL, body)) == ["account_manager"]

    @pytest.mark.parametrize(
        "body", [b"{", b"[]", b"null", b'{"external_id": "a\\u0000b", "name": "x"}', b"\xff"]
    )
    def test_refuses_what_is_no_object(self, vendor: APIClient, body: bytes) -> None:
        answer = vendor.post(URL, body, content_type="application/json")
        assert answer.status_code == 400

    def test_is_the_vendors_alone(self, own: APIClient) -> None:
        assert own.post(URL, {"external_id": "cus_1", "name": "Lago"}).status_code == 403
        assert own.get(URL).status_code == 403
        assert APIClient().post(URL, {}).status_code == 401


class TestReadingOrganizations:
    def test_pages_by_cursor_and_skips_none(self, vendor: APIClient) -> None:
        for number in range(5):
            make_organization(f"org{number}")
        seen: list[str] = []
        address: str | None = f"{URL}?limit=2"
        while address:
            page = vendor.get(address).json()
            seen += [organization["external_id"] for organization in page["results"]]
            address = page["next"]
        assert sorted(seen) == ["org0", "org1", "org2", "org3", "org4"]

    def test_shows_an_organization_to_itself_and_not_to_others(
        self, own: APIClient, other: Organization, vendor: APIClient
    ) -> None:
        assert own.get(f"{URL}/acme").json()["name"] == "Acme"
        assert own.get(f"{URL}/other").status_code == 404
        assert vendor.get(f"{URL}/other").status_code == 200
        assert own.get(f"{URL}/no%00thing").status_code == 404


class TestPeople:
    def test_are_made_with_history(self, own: APIClient, acme: Organization) -> None:
        answer = own.post(
            f"{URL}/acme/members",
            {"member": "usr_7", "name": "Dewi", "email": "D@Example.com", "department": "Sales"},
        )
        assert answer.status_code == 201
        made = answer.json()
        assert (made["member"], made["email"], made["has_seat"]) == (
            "usr_7",
            "d@example.com",
            False,
        )
        with organization_context(acme.pk):
            assert Department.objects.get().name == "Sales"
            entry = HistoryEntry.objects.get(verb="person_added")
        assert entry.actor_label == "API key tests"

    def test_twice_are_a_conflict(self, own: APIClient) -> None:
        body = {"member": "usr_7", "email": "d@example.com"}
        own.post(f"{URL}/acme/members", body)
        assert own.post(f"{URL}/acme/members", body).json()["code"] == "person_exists"
        again = own.post(f"{URL}/acme/members", {"member": "usr_7"})
        assert (again.status_code, again.json()["code"]) == (409, "member_id_taken")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("member", ""),
            ("member", "x" * 201),
            ("member", ["a"]),
            ("email", "no address"),
            ("role", "king"),
            ("kind", "robot"),
            ("department", "x" * 121),
        ],
    )
    def test_name_the_field_that_is_wrong(self, own: APIClient, field: str, value: object) -> None:
        answer = own.post(f"{URL}/acme/members", {"member": "usr_7", field: value})
        assert (answer.status_code, fields(answer)) == (400, [field])

    def test_are_made_owners_by_the_vendor_alone(
        self, own: APIClient, vendor: APIClient, acme: Organization
    ) -> None:
        body = {"member": "usr_7", "role": "owner"}
        refused = own.post(f"{URL}/acme/members", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "role_not_yours_to_give")
        assert vendor.post(f"{URL}/acme/members", body).status_code == 201
        with organization_context(acme.pk):
            assert Membership.objects.get().role == "owner"

    def test_of_others_are_out_of_reach(self, own: APIClient, other: Organization) -> None:
        assert own.post(f"{URL}/other/members", {"member": "usr_7"}).status_code == 404


class TestSeats:
    @pytest.fixture(autouse=True)
    def people(self, acme: Organization, purchased: GiveSeats) -> None:
        purchased(acme, 1)
        make_membership(acme, external_id="usr_1")
        make_membership(acme, external_id="usr_2")

    def test_are_given_until_none_is_left(self, own: APIClient, acme: Organization) -> None:
        given = own.post(f"{URL}/acme/members/usr_1/seat")
        assert (given.status_code, given.json()["has_seat"]) == (201, True)
        twice = own.post(f"{URL}/acme/members/usr_1/seat")
        assert (twice.status_code, twice.json()["code"]) == (409, "seat_already_assigned")
        full = own.post(f"{URL}/acme/members/usr_2/seat")
        assert (full.status_code, full.json()["code"]) == (409, "seat_limit_reached")
        assert full.json()["purchased"] == 1

    def test_are_released(self, own: APIClient, acme: Organization) -> None:
        own.post(f"{URL}/acme/members/usr_1/seat")
        assert own.delete(f"{URL}/acme/members/usr_1/seat").status_code == 204
        again = own.delete(f"{URL}/acme/members/usr_1/seat")
        assert (again.status_code, again.json()["code"]) == (409, "no_seat_to_release")
        with organization_context(acme.pk):
            assert SeatPool.objects.get().assigned_seats == 0

    @pytest.mark.parametrize("member", ["nobody", "no%00body", "x" * 400])
    def test_of_nobody_are_not_found(self, own: APIClient, member: str) -> None:
        assert own.post(f"{URL}/acme/members/{member}/seat").status_code == 404
        assert own.delete(f"{URL}/acme/members/{member}/seat").status_code == 404

    def test_of_others_are_out_of_reach(
        self, own: APIClient, other: Organization, purchased: GiveSeats
    ) -> None:
        purchased(other, 1)
        make_membership(other, external_id="usr_9")
        assert own.post(f"{URL}/other/members/usr_9/seat").status_code == 404
        assert own.post(f"{URL}/acme/members/usr_9/seat").status_code == 404


class TestHistory:
    def test_of_a_new_organization_names_the_key(self, vendor: APIClient) -> None:
        vendor.post(URL, {"external_id": "cus_1", "name": "Lago"})
        with staff_context(user_id=0, scope=StaffScope.ALL):
            entry = HistoryEntry.objects.get(verb="organization_created")
        assert entry.actor_label == "API key vendor"
