"""Seats are given, taken and passed on from the list, with the way back."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import HistoryEntry, Membership, Organization, User
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from seats.hooks import SeatPrice, answer_prices
from seats.models import SeatAssignment, SeatPool, WaitingListEntry
from seats.services.people import undo_release
from seats.services.seats import assign_seat, release_seat
from seats.services.waiting import request_seat
from tests.integration.people.conftest import GiveSeats, SignedIn, membership_of
from tests.support.people import make_membership, make_user

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/o/acme/people/?show=seated"}


def holders(organization: Organization) -> list[str]:
    """Return who has a seat now, by name."""
    with organization_context(organization.pk):
        live = SeatAssignment.objects.filter(during__endswith__isnull=True)
        return sorted(seat.membership.display_name for seat in live.select_related("membership"))


def assigned(organization: Organization) -> int:
    with organization_context(organization.pk):
        return SeatPool.objects.get().assigned_seats


def verbs(organization: Organization, membership: Membership) -> list[str]:
    """Return what the history says of a person, the latest first."""
    with organization_context(organization.pk):
        entries = HistoryEntry.objects.filter(
            object_type="membership", object_id=str(membership.pk)
        )
        return [entry.verb for entry in entries]


def toast(answer: Any) -> dict[str, str]:
    """Return the toast that comes with an answer to htmx."""
    found = re.search(
        r'data-toast(?: data-undo-url="([^"]*)" data-target="([^"]*)")?[^>]*>([^<]*)<', answer.text
    )
    assert found is not None
    undo_url, target, message = found.groups()
    said = {"message": html.unescape(message)}
    if undo_url:
        said |= {"undo_url": html.unescape(undo_url), "target": target}
    return said


def give(membership: Membership) -> None:
    assign_seat(
        organization_id=membership.organization_id,
        membership_id=membership.pk,
        actor=SYSTEM,
        now=timezone.now(),
    )


@pytest.fixture
def admin(acme: Organization, ada: User, signed_in: SignedIn) -> Client:
    return signed_in(ada)


@pytest.fixture
def dewi(acme: Organization) -> Membership:
    return make_membership(acme, name="Dewi", external_id="dewi")


@pytest.fixture
def rina(acme: Organization) -> Membership:
    return make_membership(acme, name="Rina", external_id="rina")


class TestARow:
    def test_gives_a_seat_and_takes_it_back_within_ten_seconds(
        self, admin: Client, acme: Organization, dewi: Membership, purchased: GiveSeats
    ) -> None:
        purchased(acme, 2)
        answer = admin.post(f"/o/acme/people/{dewi.pk}/assign/", headers=HTMX)
        assert holders(acme) == ["Dewi"]
        said = toast(answer)
        assert said["message"] == "Dewi has a seat."
        assert said["target"] == "#people-region"
        admin.post(said["undo_url"], headers=HTMX)
        assert holders(acme) == []
        assert assigned(acme) == 0
        assert verbs(acme, dewi) == ["seat_released", "seat_assigned"]

    def test_releases_a_seat_and_gives_it_back(
        self, admin: Client, acme: Organization, dewi: Membership, purchased: GiveSeats
    ) -> None:
        purchased(acme, 1)
        give(dewi)
        said = toast(admin.post(f"/o/acme/people/{dewi.pk}/release/", headers=HTMX))
        assert holders(acme) == []
        again = admin.post(said["undo_url"], headers=HTMX)
        assert holders(acme) == ["Dewi"]
        assert "undo_url" not in toast(again)

    def test_gives_back_the_very_seat_that_was_released(
        self, admin: Client, acme: Organization, dewi: Membership, purchased: GiveSeats
    ) -> None:
        purchased(acme, 1)
        since = timezone.now() - timedelta(days=40)
        assign_seat(organization_id=acme.pk, membership_id=dewi.pk, actor=SYSTEM, now=since)
        said = toast(admin.post(f"/o/acme/people/{dewi.pk}/release/", headers=HTMX))
        admin.post(said["undo_url"], headers=HTMX)
        with organization_context(acme.pk):
            seat = SeatAssignment.objects.get()
        assert (seat.during.lower, seat.during.upper) == (since, None)
        assert assigned(acme) == 1

    def test_gives_a_new_seat_when_the_release_is_long_ago(
        self, acme: Organization, dewi: Membership, purchased: GiveSeats
    ) -> None:
        purchased(acme, 1)
        now = timezone.now()
        person: dict[str, Any] = {"organization_id": acme.pk, "membership_id": dewi.pk}
        assign_seat(**person, actor=SYSTEM, now=now - timedelta(days=2))
        release_seat(**person, actor=SYSTEM, now=now - timedelta(days=1))
        assert undo_release(**person, actor=SYSTEM, now=now).during.lower == now

    def test_answers_htmx_with_the_list_that_the_address_shows(
        self, admin: Client, acme: Organization, dewi: Membership, purchased: GiveSeats
    ) -> None:
        purchased(acme, 1)
        page = admin.post(f"/o/acme/people/{dewi.pk}/assign/", headers=HTMX).text
        assert page.lstrip().startswith('<div class="section fades" id="people-region">')
        # The address asks for people with a seat: Dewi is there, Ada is not.
        assert f'id="person-{dewi.pk}"' in page
        assert page.count('<tr id="person-') == 1

    def test_works_without_script(
        self, admin: Client, acme: Organization, dewi: Membership, purchased: GiveSeats
    ) -> None:
        purchased(acme, 1)
        answer = admin.post(
            f"/o/acme/people/{dewi.pk}/assign/", {"next": "/o/acme/people/?q=d"}, follow=True
        )
        assert answer.redirect_chain == [("/o/acme/people/?q=d", 302)]
        assert "Dewi has a seat." in answer.text

    def test_never_leads_to_another_site(
        self, admin: Client, acme: Organization, dewi: Membership, purchased: GiveSeats
    ) -> None:
        purchased(acme, 1)
        answer = admin.post(f"/o/acme/people/{dewi.pk}/assign/", {"next": "https://evil.example/"})
        assert answer["Location"] == "/o/acme/people/"

    def test_puts_a_waiting_person_back_in_the_same_place_on_undo(
        self,
        admin: Client,
        acme: Organization,
        dewi: Membership,
        rina: Membership,
        purchased: GiveSeats,
    ) -> None:
        for person in (dewi, rina):
            request_seat(
                organization_id=acme.pk, membership_id=person.pk, actor=SYSTEM, now=timezone.now()
            )
        with organization_context(acme.pk):
            SeatPool.objects.filter(organization=acme).update(purchased_seats=1)
        said = toast(admin.post(f"/o/acme/people/{dewi.pk}/assign/", headers=HTMX))
        admin.post(said["undo_url"], headers=HTMX)
        with organization_context(acme.pk):
            waiting = WaitingListEntry.objects.filter(seated_at__isnull=True)
            assert [entry.membership_id for entry in waiting] == [dewi.pk, rina.pk]

    def test_says_at_the_limit_what_a_seat_costs_and_keeps_a_place_in_line(
        self,
        admin: Client,
        acme: Organization,
        dewi: Membership,
        rina: Membership,
        purchased: GiveSeats,
    ) -> None:
        purchased(acme, 1)
        give(dewi)
        take_back = answer_prices(lambda **_: SeatPrice(minor=4129, currency="EUR"))
        try:
            page = admin.get("/o/acme/people/").text
        finally:
            take_back()
        assert "Every seat is assigned." in page
        assert "Add seats · €41.29" in page
        assert f"/people/{rina.pk}/assign/" not in page
        said = toast(admin.post(f"/o/acme/people/{rina.pk}/wait/", headers=HTMX))
        with organization_context(acme.pk):
            assert WaitingListEntry.objects.get().membership_id == rina.pk
        admin.post(said["undo_url"], headers=HTMX)
        with organization_context(acme.pk):
            assert WaitingListEntry.objects.get().withdrawn_at is not None

    def test_refuses_one_seat_more_than_there_are(
        self,
        admin: Client,
        acme: Organization,
        dewi: Membership,
        rina: Membership,
        purchased: GiveSeats,
    ) -> None:
        purchased(acme, 1)
        give(dewi)
        answer = admin.post(f"/o/acme/people/{rina.pk}/assign/", headers=HTMX)
        assert answer.status_code == 409
        assert "All 1 seats are assigned" in toast(answer)["message"]
        assert holders(acme) == ["Dewi"]

    def test_passes_a_seat_on_at_once(
        self,
        admin: Client,
        acme: Organization,
        dewi: Membership,
        rina: Membership,
        purchased: GiveSeats,
    ) -> None:
        purchased(acme, 1)
        give(dewi)
        assert "Rina" in admin.get(f"/o/acme/people/{dewi.pk}/reassign/").text
        admin.post(f"/o/acme/people/{dewi.pk}/reassign/", {"to": rina.pk})
        assert holders(acme) == ["Rina"]
        assert assigned(acme) == 1

    def test_leaves_the_seat_where_it_is_when_the_other_cannot_have_it(
        self, admin: Client, acme: Organization, dewi: Membership, purchased: GiveSeats
    ) -> None:
        purchased(acme, 1)
        give(dewi)
        gone = make_membership(
            acme, name="Gone", external_id="g", state="deactivated", deactivated_at=timezone.now()
        )
        admin.post(f"/o/acme/people/{dewi.pk}/reassign/", {"to": gone.pk})
        assert holders(acme) == ["Dewi"]

    @pytest.mark.parametrize("action", ["assign", "release", "wait", "reassign"])
    def test_of_another_organization_does_not_exist(
        self, admin: Client, other: Organization, purchased: GiveSeats, action: str
    ) -> None:
        purchased(other, 2)
        stranger = make_membership(other, name="Stranger", external_id="s")
        answer = admin.post(f"/o/acme/people/{stranger.pk}/{action}/", {"to": stranger.pk})
        assert answer.status_code == 404
        assert holders(other) == []

    def test_of_ones_own_elsewhere_does_not_exist_here(
        self,
        admin: Client,
        acme: Organization,
        other: Organization,
        ada: User,
        purchased: GiveSeats,
    ) -> None:
        purchased(acme, 2)
        elsewhere = make_membership(other, user=ada, role="owner")
        for action in ("assign", "release", "wait", "deactivate", "change", "reactivate"):
            answer = admin.post(
                f"/o/acme/people/{elsewhere.pk}/{action}/", {"name": "x", "role": "member"}
            )
            assert answer.status_code == 404, action
        assert admin.get(f"/o/acme/people/{elsewhere.pk}/").status_code == 404
        assert admin.get("/o/acme/people/").text.count('<tr id="person-') == 1
        assert assigned(acme) == 0

    def test_is_not_for_a_member_to_press(
        self, acme: Organization, ben: User, dewi: Membership, signed_in: SignedIn
    ) -> None:
        client = signed_in(ben)
        assert client.get("/o/acme/people/").status_code == 403
        assert client.post(f"/o/acme/people/{dewi.pk}/assign/").status_code == 403


class TestManyRows:
    def test_ask_before_and_then_change_together(
        self,
        admin: Client,
        acme: Organization,
        dewi: Membership,
        rina: Membership,
        purchased: GiveSeats,
    ) -> None:
        purchased(acme, 2)
        query = f"action=assign&person={dewi.pk}&person={rina.pk}"
        question = admin.get(f"/o/acme/people/bulk/?{query}").text
        assert "Give 2 people a seat?" in question
        assert holders(acme) == []
        form = {"action": "assign", "person": [dewi.pk, rina.pk]}
        done = admin.post("/o/acme/people/bulk/", form, follow=True)
        assert "2 people have a seat now." in done.text
        assert holders(acme) == ["Dewi", "Rina"]
        form["action"] = "release"
        admin.post("/o/acme/people/bulk/", form)
        assert holders(acme) == []

    def test_stop_at_the_last_seat_and_say_for_whom(
        self,
        admin: Client,
        acme: Organization,
        dewi: Membership,
        rina: Membership,
        purchased: GiveSeats,
    ) -> None:
        purchased(acme, 1)
        form = {"action": "assign", "person": [dewi.pk, rina.pk]}
        page = admin.post("/o/acme/people/bulk/", form, follow=True).text
        assert "1 person has a seat now." in page
        assert "1 person has no seat yet" in page
        assert "1 seat is missing." in page
        assert "Only put them on the waiting list" in page
        assert holders(acme) == ["Dewi"]

    def test_ignore_whom_they_do_not_know(
        self, admin: Client, acme: Organization, other: Organization, purchased: GiveSeats
    ) -> None:
        purchased(acme, 1)
        stranger = make_membership(other, name="Stranger", external_id="s")
        form = {"action": "assign", "person": [stranger.pk, "x", "9" * 30]}
        answer = admin.post("/o/acme/people/bulk/", form, follow=True)
        assert "Choose at least one person first." in answer.text
        other_action = admin.get(f"/o/acme/people/bulk/?action=destroy&person={stranger.pk}")
        assert other_action["Location"] == "/o/acme/people/"


class TestAskingForASeat:
    def test_puts_a_member_in_line_with_a_note_that_the_admin_reads(
        self,
        admin: Client,
        acme: Organization,
        ben: User,
        purchased: GiveSeats,
        signed_in: SignedIn,
    ) -> None:
        client = signed_in(ben)
        client.post("/o/acme/ask/", {"note": "The spring launch."})
        assert "number 1 in line" in client.get("/o/acme/ask/").text
        page = admin.get("/o/acme/requests/").text
        assert "1 person waits for a seat" in page
        assert "The spring launch." in page
        assert "Add 1 seat" in page

        with organization_context(acme.pk):
            SeatPool.objects.filter(organization=acme).update(purchased_seats=1)
        page = admin.get("/o/acme/requests/").text
        assert "Give a seat" in page
        assert "Add 1 seat" not in page
        admin.post(f"/o/acme/people/{membership_of(acme, ben).pk}/assign/")
        assert "Nobody waits for a seat" in admin.get("/o/acme/requests/").text
        assert "You have a seat" in client.get("/o/acme/ask/").text

    def test_can_be_taken_back(self, acme: Organization, ben: User, signed_in: SignedIn) -> None:
        client = signed_in(ben)
        client.post("/o/acme/ask/", {"note": ""})
        client.post("/o/acme/ask/withdraw/")
        with organization_context(acme.pk):
            assert WaitingListEntry.objects.get().withdrawn_at is not None

    def test_is_read_by_billing_who_may_buy_but_not_assign(
        self, acme: Organization, ben: User, signed_in: SignedIn
    ) -> None:
        signed_in(ben).post("/o/acme/ask/", {"note": ""})
        bella = make_user("bella")
        make_membership(acme, user=bella, role="billing")
        page = signed_in(bella).get("/o/acme/requests/").text
        assert "Add 1 seat" in page
        assert "/assign/" not in page

    def test_shows_a_member_their_own_usage_and_nobody_elses(
        self, acme: Organization, ben: User, dewi: Membership, signed_in: SignedIn
    ) -> None:
        answer = signed_in(ben).get("/o/acme/my-usage/")
        assert answer.status_code == 200
        assert "Dewi" not in answer.text
        for page in ("usage/", f"people/{dewi.pk}/", "requests/", "settings/"):
            assert signed_in(ben).get(f"/o/acme/{page}").status_code == 403
