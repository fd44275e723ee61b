"""The Overview opens with what is true, offers one step, and shows each role what it may see."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.models import Membership, Organization, User
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from seats.models import MemberActivity, SeatPool, UtilizationDay
from seats.services.seats import assign_seat
from seats.services.waiting import request_seat
from tests.integration.people.conftest import GiveSeats, SignedIn
from tests.support.people import make_membership, make_user

pytestmark = pytest.mark.django_db(databases=["default", "pipeline"])


def add_people(
    organization: Organization, number: int, *, active: int, seated: int, prefix: str = "P"
) -> list[Membership]:
    """Make people of whom the first `active` are active and the first `seated` have seats."""
    now = timezone.now()
    people = []
    for index in range(number):
        name = f"{prefix}{index}"
        person = make_membership(organization, name=name, external_id=name)
        people.append(person)
        if index < seated:
            assign_seat(
                organization_id=organization.pk,
                membership_id=person.pk,
                actor=SYSTEM,
                now=now - timedelta(days=40),
            )
        if index < active:
            with organization_context(organization.pk):
                MemberActivity.objects.create(
                    organization=organization,
                    membership=person,
                    first_active_at=now - timedelta(days=3),
                    last_active_at=now - timedelta(days=3),
                )
    return people


def remember_day(organization: Organization, day: date, *, active: int, purchased: int) -> None:
    with organization_context(organization.pk):
        UtilizationDay.objects.create(
            organization=organization, day=day, purchased=purchased, active_28=active
        )


@pytest.fixture
def admin(acme: Organization, ada: User, signed_in: SignedIn) -> Client:
    return signed_in(ada)


class TestTheSentence:
    def test_counts_active_people_of_purchased_seats(
        self, admin: Client, acme: Organization, purchased: GiveSeats
    ) -> None:
        purchased(acme, 10)
        add_people(acme, 9, active=8, seated=9)
        answer = admin.get("/o/acme/")
        assert answer.context["in_use"] == "8 of 10 seats in use."
        # Nine of ten assigned; one of the nine was not active.
        assert answer.context["meter"] == {
            "purchased": 10,
            "active": 8,
            "idle": 1,
            "free": 1,
            "overage": 0,
        }

    def test_says_that_nobody_else_fits_in(
        self, admin: Client, acme: Organization, purchased: GiveSeats
    ) -> None:
        purchased(acme, 2)
        add_people(acme, 2, active=2, seated=2)
        assert "Every seat is assigned; the next person waits." in admin.get("/o/acme/").text

    def test_does_not_hide_people_without_seats(
        self, admin: Client, acme: Organization, purchased: GiveSeats
    ) -> None:
        purchased(acme, 2)
        add_people(acme, 5, active=5, seated=2)
        shown = admin.get("/o/acme/").context
        assert shown["in_use"] == "5 people active on 2 seats."
        assert shown["outlook"].startswith("3 active people have no seat. ")

    def test_puts_overage_beyond_the_purchased_seats(
        self, admin: Client, acme: Organization, purchased: GiveSeats
    ) -> None:
        purchased(acme, 4)
        with organization_context(acme.pk):
            SeatPool.objects.filter(organization=acme).update(
                limit="soft", allowance_seats=2, allowance_days=14
            )
        add_people(acme, 5, active=5, seated=5)
        assert admin.get("/o/acme/").context["meter"] == {
            "purchased": 4,
            "active": 4,
            "idle": 0,
            "free": 0,
            "overage": 1,
        }

    def test_teaches_before_anything_has_happened(self, admin: Client) -> None:
        page = admin.get("/o/acme/").text
        assert "Two steps bring it to life." in page
        assert "/o/acme/seats/add/" in page
        assert "/o/acme/settings/api-keys/" in page


class TestTheYear:
    def test_is_told_by_its_title_and_stands_in_a_table(
        self, admin: Client, acme: Organization, purchased: GiveSeats
    ) -> None:
        purchased(acme, 10)
        today = timezone.now().date()
        for days_ago in range(301):
            remember_day(
                acme,
                today - timedelta(days=days_ago),
                active=8 if days_ago < 100 else 2,
                purchased=10,
            )
        answer = admin.get("/o/acme/")
        assert "Active people grew from 2 to 8 since" in answer.context["chart_title"]
        rows = answer.context["chart_rows"]
        # 301 days are 43 weeks of 7 days, counted back from today.
        assert len(rows) == 43
        assert rows[-1]["values"] == [8, 10, 0]
        assert 'data-series="purchased" data-kind="step"' in answer.text

    def test_waits_for_a_second_day(
        self, admin: Client, acme: Organization, purchased: GiveSeats
    ) -> None:
        purchased(acme, 1)
        assert "each day adds a point" in admin.get("/o/acme/").text


class TestInsights:
    @pytest.fixture(autouse=True)
    def people(self, acme: Organization, purchased: GiveSeats) -> None:
        purchased(acme, 2)
        people = add_people(acme, 4, active=0, seated=1)
        for person in people[2:]:
            request_seat(
                organization_id=acme.pk,
                membership_id=person.pk,
                actor=SYSTEM,
                now=timezone.now(),
            )

    def test_are_at_most_three_with_one_step_each(self, admin: Client, acme: Organization) -> None:
        add_people(acme, 2, active=2, seated=0, prefix="Q")
        cards = admin.get("/o/acme/").context["insights"]
        assert [(card["title"], card["action_label"]) for card in cards] == [
            ("2 people wait for a seat", "Seat them"),
            ("2 people use the product without a seat", "See who"),
            ("1 seat is held by somebody inactive", "Review idle seats"),
        ]
        assert cards[0]["text"] == "P2, P3."

    def test_name_nobody_to_a_champion(self, acme: Organization, signed_in: SignedIn) -> None:
        chip = make_user("chip")
        make_membership(acme, user=chip, role="champion")
        answer = signed_in(chip).get("/o/acme/")
        assert answer.status_code == 200
        assert [card["text"] for card in answer.context["insights"]] == ["", ""]
        # Without the tags: a token in one of them may well hold these two characters.
        assert "P2" not in strip_tags(answer.text)
        assert "/o/acme/seats/add/" not in answer.text

    def test_offer_billing_the_seats_that_are_missing(
        self, acme: Organization, signed_in: SignedIn
    ) -> None:
        bella = make_user("bella")
        make_membership(acme, user=bella, role="billing")
        cards = signed_in(bella).get("/o/acme/").context["insights"]
        # Two wait and one seat is free: one is missing.
        assert cards[0]["action_url"] == "/o/acme/seats/add/?seats=1"

    def test_are_not_for_members_or_strangers(
        self, ben: User, cleo: User, signed_in: SignedIn
    ) -> None:
        assert signed_in(ben).get("/o/acme/").status_code == 403
        assert signed_in(cleo).get("/o/acme/").status_code == 404
