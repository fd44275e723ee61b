"""May this person come in: the check that the vendor's product calls at sign-in."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from accounts.models import Membership, Organization
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from seats.models import AccessMeasure, SeatAssignment, SeatPool
from seats.services.seats import assign_seat, hold_seats
from tests.integration.usage.conftest import Client
from tests.support.people import make_membership, make_user
from tests.support.waiting import wait_until

NOW = datetime.now(UTC)


def give_pool(organization: Organization, **fields: object) -> None:
    with organization_context(organization.pk):
        SeatPool.objects.update_or_create(organization=organization, defaults=fields)


def seat(membership: Membership, at: datetime = NOW) -> None:
    assign_seat(
        organization_id=membership.organization_id,
        membership_id=membership.pk,
        actor=SYSTEM,
        now=at,
    )


class TestCheck:
    def test_lets_in_who_has_a_seat(self, product: Client, acme: Organization) -> None:
        give_pool(acme, purchased_seats=1)
        seat(make_membership(acme, external_id="ben"))
        answer = product.check(organization=acme.external_id, member="ben", session_id="s")
        assert answer.status_code == 200
        assert answer.json() == {
            "allowed": True,
            "reason": "seat",
            "overage_until": None,
            "purchase_url": None,
            "request_url": None,
            "may_purchase": False,
            "notice": None,
            "access": {"action": "none", "max_sessions": None, "open_sessions": None},
        }

    def test_says_that_a_payment_is_overdue_and_decides_as_before(
        self, product: Client, acme: Organization
    ) -> None:
        give_pool(acme, purchased_seats=2)
        seat(make_membership(acme, external_id="ben"))
        make_membership(acme, external_id="mia")
        hold_seats(organization_id=acme.pk, is_held=True, actor=SYSTEM, now=NOW)
        said = [
            product.check(organization=acme.external_id, member=member).json()
            for member in ("ben", "mia")
        ]
        assert [(one["reason"], one["notice"]) for one in said] == [
            ("seat", "payment_overdue"),
            ("no_seat", "payment_overdue"),
        ]

    def test_finds_a_person_by_e_mail_address(self, product: Client, acme: Organization) -> None:
        give_pool(acme, purchased_seats=1)
        seat(make_membership(acme, external_id="u-1", email="Ben@Example.com"))
        answer = product.check(organization=acme.external_id, member="ben@example.com")
        assert answer.json()["allowed"]

    def test_refuses_who_has_no_seat(self, product: Client, acme: Organization) -> None:
        give_pool(acme, purchased_seats=1)
        make_membership(acme, external_id="ben")
        answer = product.check(organization=acme.external_id, member="ben").json()
        assert (answer["allowed"], answer["reason"]) == (False, "no_seat")
        assert answer["purchase_url"].endswith(f"/o/{acme.slug}/seats/add/")
        assert answer["request_url"].endswith(f"/o/{acme.slug}/ask/")
        assert not answer["may_purchase"]

    def test_says_that_an_admin_may_buy(self, product: Client, acme: Organization) -> None:
        give_pool(acme, purchased_seats=1)
        make_membership(acme, user=make_user(f"ada-{acme.slug}"), role="admin")
        answer = product.check(
            organization=acme.external_id, member=f"ada-{acme.slug}@example.com"
        ).json()
        assert (answer["reason"], answer["may_purchase"]) == ("no_seat", True)

    def test_refuses_a_stranger_with_the_link_for_an_admin(
        self, product: Client, acme: Organization
    ) -> None:
        give_pool(acme, purchased_seats=1)
        answer = product.check(organization=acme.external_id, member="stranger").json()
        assert (answer["allowed"], answer["reason"]) == (False, "unknown_member")
        assert answer["purchase_url"]

    def test_refuses_a_person_of_another_organization(
        self, product: Client, acme: Organization, other: Organization
    ) -> None:
        give_pool(other, purchased_seats=1)
        seat(make_membership(other, external_id="cleo"))
        answer = product.check(organization=acme.external_id, member="cleo").json()
        assert (answer["allowed"], answer["reason"]) == (False, "unknown_member")

    def test_refuses_a_deactivated_person(self, product: Client, acme: Organization) -> None:
        give_pool(acme, purchased_seats=1)
        make_membership(acme, external_id="ben", state="deactivated", deactivated_at=NOW)
        answer = product.check(organization=acme.external_id, member="ben").json()
        assert (answer["reason"], answer["purchase_url"]) == ("deactivated", None)

    def test_refuses_before_anything_was_bought(self, product: Client, acme: Organization) -> None:
        make_membership(acme, external_id="ben")
        answer = product.check(organization=acme.external_id, member="ben").json()
        assert (answer["allowed"], answer["reason"]) == (False, "no_subscription")

    def test_refuses_a_seat_that_was_released(self, product: Client, acme: Organization) -> None:
        give_pool(acme, purchased_seats=1)
        ben = make_membership(acme, external_id="ben")
        with organization_context(acme.pk):
            SeatAssignment.objects.create(
                organization=acme,
                membership=ben,
                during=DateTimeTZRange(NOW - timedelta(days=9), NOW - timedelta(days=1)),
            )
        assert not product.check(organization=acme.external_id, member="ben").json()["allowed"]


class TestOverage:
    def seat_three_on_two(self, acme: Organization, *, since: datetime, days: int) -> None:
        give_pool(acme, purchased_seats=2, limit="soft", allowance_seats=1, allowance_days=days)
        for minutes, name in enumerate(["ada", "ben", "dan"]):
            person = make_membership(acme, external_id=name)
            seat(person, at=since + timedelta(minutes=minutes))

    def test_is_the_seat_that_was_assigned_last(self, product: Client, acme: Organization) -> None:
        since = NOW - timedelta(days=3)
        self.seat_three_on_two(acme, since=since, days=14)
        checks = {
            name: product.check(organization=acme.external_id, member=name).json()
            for name in ("ada", "ben", "dan")
        }
        assert {name: c["reason"] for name, c in checks.items()} == {
            "ada": "seat",
            "ben": "seat",
            "dan": "overage",
        }
        until = datetime.fromisoformat(checks["dan"]["overage_until"])
        assert until == since + timedelta(minutes=2, days=14)

    def test_ends_with_its_days(self, product: Client, acme: Organization) -> None:
        self.seat_three_on_two(acme, since=NOW - timedelta(days=20), days=14)
        reasons = [
            product.check(organization=acme.external_id, member=name).json()["reason"]
            for name in ("ada", "dan")
        ]
        assert reasons == ["seat", "seat_kept"]


class TestQuestion:
    def test_about_an_unknown_organization_finds_nothing(self, product: Client) -> None:
        answer = product.check(organization="nobody-knows", member="ben")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    def test_about_another_organization_finds_nothing_either(
        self, acme_product: Client, other: Organization
    ) -> None:
        answer = acme_product.check(organization=other.external_id, member="ben")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    def test_with_an_organizations_own_key_need_not_name_it(
        self, acme_product: Client, acme: Organization
    ) -> None:
        assert acme_product.check(member="ben").status_code == 200

    def test_with_the_vendors_key_names_it(self, product: Client) -> None:
        answer = product.check(member="ben")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "organization")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"organization": "acme"}, "member"),
            ({"organization": "acme", "member": 1}, "member"),
            ({"organization": "acme", "member": ""}, "member"),
            ({"organization": "acme", "member": "b\x00n"}, "member"),
            ({"organization": "acme", "member": "ben", "more": 1}, "more"),
        ],
    )
    def test_that_is_wrong_names_the_field(
        self, product: Client, body: dict[str, object], field: str
    ) -> None:
        answer = product.post("/api/v1/entitlements/check", json=body)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == field

    @pytest.mark.parametrize("body", [b"", b"{", b"[" * 9000, b"\xff"])
    def test_that_is_no_json_is_a_bad_request(self, product: Client, body: bytes) -> None:
        answer = product.post(
            "/api/v1/entitlements/check",
            content=body,
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == 400

    def test_that_is_too_large_is_refused(self, product: Client) -> None:
        answer = product.check(organization="acme", member="ben", session_id="x" * 20_000)
        assert answer.status_code == 413


class TestMeasures:
    """What an organization lets its own shared accounts be asked; nobody is refused by it."""

    def test_say_when_too_many_sessions_are_open(self, product: Client, acme: Organization) -> None:
        give_pool(acme, purchased_seats=1)
        ben = make_membership(acme, external_id="ben")
        seat(ben)

        def asked(session: str) -> tuple[bool, str, int | None]:
            answer = product.check(
                organization=acme.external_id, member="ben", session_id=session
            ).json()
            access = answer["access"]
            return answer["allowed"], access["action"], access["open_sessions"]

        assert asked("one") == (True, "none", None)
        with organization_context(acme.pk):
            measure = AccessMeasure.objects.create(
                organization=acme, membership=ben, action="cap", sessions=1, since=NOW
            )
        # The memory is at most some milliseconds old.
        wait_until(lambda: asked("one") == (True, "none", 1), "the memory")
        assert asked("two") == (True, "end_oldest_session", 2)
        with organization_context(acme.pk):
            measure.action = "step_up"
            measure.save()
        wait_until(lambda: asked("two") == (True, "step_up", None), "the memory")
        with organization_context(acme.pk):
            measure.delete()
        wait_until(lambda: asked("two") == (True, "none", None), "the memory")
