"""Who waits: in order, answered once with a reason, seated by what makes room."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Membership, Organization, User
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from seats.models import WaitingListEntry
from seats.services.people import reassign_seat, seat_newcomer
from seats.services.seats import release_seat
from seats.services.waiting import (
    NotWaiting,
    ReasonMissing,
    choose_seating,
    decline_seat_request,
    move_on_waiting_list,
    request_seat,
)
from tests.integration.seats.conftest import NOW, Seats


def ask(seats: Seats, membership: Membership, note: str = "") -> WaitingListEntry:
    return request_seat(
        organization_id=seats.id, membership_id=membership.pk, actor=SYSTEM, now=NOW, note=note
    )


@pytest.fixture
def full(seats: Seats, ada: User) -> Seats:
    """One seat, taken by p0; p1, p2 and p3 wait."""
    seats.purchase(1)
    first, *others = seats.people(4)
    seats.assign(first)
    for person in others:
        ask(seats, person)
    return seats


def person(seats: Seats, name: str) -> Membership:
    with organization_context(seats.id):
        return Membership.objects.get(external_id=name)


class TestTheOrder:
    def test_is_that_of_asking_until_an_admin_says_why_not(self, full: Seats) -> None:
        third = person(full, "p3")
        move: dict[str, Any] = {
            "organization_id": full.id,
            "membership_id": third.pk,
            "actor": SYSTEM,
            "now": NOW,
        }
        with pytest.raises(ReasonMissing):
            move_on_waiting_list(place=1, reason=" ", **move)
        assert move_on_waiting_list(place=1, reason="Starts today", **move) == 1
        assert full.waiting() == ["p3", "p1", "p2"]
        (late,) = full.people(1, "q")
        ask(full, late)
        assert full.waiting() == ["p3", "p1", "p2", "q0"]
        assert full.purchase(3) == ["p3", "p1"]

    def test_is_kept_by_a_release_where_the_next_is_seated_by_itself(self, full: Seats) -> None:
        first = person(full, "p0")
        choose_seating(organization_id=full.id, seats_next=True, actor=SYSTEM, now=NOW)
        passed_on = release_seat(
            organization_id=full.id, membership_id=first.pk, actor=SYSTEM, now=NOW
        )
        assert passed_on == person(full, "p1")
        assert full.waiting() == ["p2", "p3"]

    def test_is_not_asked_when_a_seat_is_passed_on(self, full: Seats) -> None:
        choose_seating(organization_id=full.id, seats_next=True, actor=SYSTEM, now=NOW)
        reassign_seat(
            organization_id=full.id,
            from_membership_id=person(full, "p0").pk,
            to_membership_id=person(full, "p3").pk,
            actor=SYSTEM,
            now=NOW,
        )
        assert full.waiting() == ["p1", "p2"]

    def test_ends_with_who_joins_while_none_is_left(self, full: Seats, ben: User) -> None:
        with organization_context(full.id):
            joined = Membership.objects.get(user=ben)
            seat_newcomer(membership=joined, actor=SYSTEM, now=NOW)
            entry = WaitingListEntry.objects.get(membership=joined)
        assert entry.origin == "joined"
        assert full.waiting()[-1] == joined.external_id


class TestAnAnswer:
    def test_tells_both_sides_once(
        self, seats: Seats, ada: User, ben: User, django_capture_on_commit_callbacks: Any
    ) -> None:
        seats.purchase(1)
        with organization_context(seats.id):
            membership = Membership.objects.get(user=ben)
        with django_capture_on_commit_callbacks(execute=True):
            ask(seats, membership, "Quarterly figures")
            ask(seats, membership, "Again")
            decline_seat_request(
                organization_id=seats.id,
                membership_id=membership.pk,
                reason="From January on",
                actor=SYSTEM,
                now=NOW,
            )
            with pytest.raises(NotWaiting):
                decline_seat_request(
                    organization_id=seats.id,
                    membership_id=membership.pk,
                    reason="Twice",
                    actor=SYSTEM,
                    now=NOW,
                )
        told = [(message.to, message.subject) for message in mail.outbox]
        assert told == [
            (["ada@example.com"], "Ben asks for a seat"),
            (["ben@example.com"], "Your request for a seat was declined"),
        ]
        assert "Quarterly figures" in mail.outbox[0].body
        assert f"/o/acme/people/{membership.pk}/seat/" in mail.outbox[0].body
        assert "From January on" in mail.outbox[1].body


class TestThePages:
    def client(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    def test_one_press_gives_a_free_seat(self, full: Seats, ada: User, acme: Organization) -> None:
        first, second = person(full, "p0"), person(full, "p2")
        release_seat(organization_id=full.id, membership_id=first.pk, actor=SYSTEM, now=NOW)
        page = f"/o/acme/people/{second.pk}/seat/"
        admin = self.client(ada)
        assert 'value="give"' in admin.get(page).text
        admin.post(page, {"answer": "give"})
        assert full.waiting() == ["p1", "p3"]
        shown = admin.get("/o/acme/requests/?show=seated").text
        assert "p2" in shown

    def test_without_a_subscription_says_why_nothing_can_be_bought(
        self, full: Seats, ada: User
    ) -> None:
        second = person(full, "p2")
        shown = self.client(ada).get(f"/o/acme/people/{second.pk}/seat/").text
        assert "There is no subscription yet" in shown
        assert "1 person waits before and gets a seat too. In this order: p1, p2." in shown

    def test_a_member_asks_with_one_press_and_reads_the_answer(
        self, full: Seats, ada: User, ben: User
    ) -> None:
        member = self.client(ben)
        member.post("/o/acme/ask/", {"note": ""})
        assert full.waiting()[-1] == "ben@example.com"
        asked = person(full, "ben@example.com")
        page = f"/o/acme/people/{asked.pk}/seat/"
        admin = self.client(ada)
        assert admin.post(page, {"answer": "decline", "reason": ""}).status_code == 422
        admin.post(page, {"answer": "decline", "reason": "From January on"})
        assert "From January on" in member.get("/o/acme/ask/").text
        assert "From January on" in admin.get("/o/acme/requests/?show=declined").text
