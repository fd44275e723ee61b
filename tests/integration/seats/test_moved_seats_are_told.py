"""Whoever loses a seat, or is passed one, is told once by mail: by whom, what stays, what now."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain.roles import OrganizationRole
from accounts.models import Membership, Organization, User
from accounts.services.history import SYSTEM
from accounts.services.people import deactivate_person
from accounts.tenancy import organization_context
from seats.services.people import free_seat_of_leaver
from seats.services.waiting import request_seat
from tests.integration.seats.conftest import NOW, Seats
from tests.support.people import make_api_key, make_membership, make_user

type Told = list[tuple[str, str]]
type Telling = Callable[[Callable[[], Any]], Told]

LOST = "You have no seat in Acme any more"
GIVEN = "You have a seat now"


@pytest.fixture
def telling(django_capture_on_commit_callbacks: Any) -> Telling:
    """Return to whom mail goes once what is done is committed and the undo is over."""

    def told_by(do: Callable[[], Any]) -> Told:
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            do()
        return sorted((one.to[0].partition("@")[0], str(one.subject)) for one in mail.outbox)

    return told_by


@pytest.fixture
def ben_seated(seats: Seats, ada: User, ben: User) -> Membership:
    """Ben's membership; he has one of three seats."""
    seats.purchase(3)
    with organization_context(seats.id):
        membership = Membership.objects.get(user=ben)
    seats.assign(membership)
    return membership


@pytest.fixture
def dewi(acme: Organization) -> Membership:
    """Somebody without a seat who reads German."""
    user = make_user("dewi")
    user.language = "de"
    user.save(update_fields=["language"])
    return make_membership(acme, user=user)


@pytest.fixture
def admin(seats: Seats, ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def key(acme: Organization) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {make_api_key(acme)}")
    return client


class TestTheMail:
    def test_says_who_released_the_seat_what_stays_and_where_to_ask(
        self, admin: Client, ben_seated: Membership, telling: Telling
    ) -> None:
        page = f"/o/acme/people/{ben_seated.pk}/release/"
        assert telling(lambda: admin.post(page)) == [("ben", LOST)]
        body = mail.outbox[0].body
        assert "Ada released your seat in Acme." in body
        assert "You stay in Acme, and your usage until now stays as it is." in body
        assert "Ask for a seat again:\nhttp" in body
        assert "/o/acme/ask/" in body

    def test_is_not_sent_when_the_release_is_undone(
        self, admin: Client, ben_seated: Membership, telling: Telling
    ) -> None:
        page = f"/o/acme/people/{ben_seated.pk}"

        def release_and_undo() -> None:
            admin.post(f"{page}/release/")
            admin.post(f"{page}/assign/?undo=1")

        assert telling(release_and_undo) == []

    def test_goes_to_both_when_a_seat_is_passed_on_after_the_page_said_so(
        self, admin: Client, ben_seated: Membership, dewi: Membership, telling: Telling
    ) -> None:
        page = f"/o/acme/people/{ben_seated.pk}/reassign/"
        assert "Whoever has an e-mail address is told by mail." in admin.get(page).text
        told = telling(lambda: admin.post(page, {"to": dewi.pk}))
        assert [name for name, _subject in told] == ["ben", "dewi"]
        bodies = {one.to[0]: one for one in mail.outbox}
        assert "Ada passed your seat in Acme on to somebody else." in bodies["ben@example.com"].body
        assert "/o/acme/my-usage/" in bodies["dewi@example.com"].body
        # Dewi reads German.
        german = bodies["dewi@example.com"]
        assert isinstance(german, mail.EmailMultiAlternatives)
        assert 'lang="de"' in str(german.alternatives[0][0])

    def test_comes_once_to_who_waited_for_the_seat_that_is_passed_on(
        self, key: APIClient, ben_seated: Membership, seats: Seats, telling: Telling
    ) -> None:
        nina = make_membership(seats.organization, user=make_user("nina"))
        request_seat(
            organization_id=seats.id, membership_id=nina.pk, actor=SYSTEM, now=NOW, tells=False
        )
        url = "/api/v1/organizations/acme/members/ben@example.com/seat/reassign"
        told = telling(lambda: key.post(url, {"to": "nina@example.com"}, format="json"))
        assert told == [("ben", LOST), ("nina", GIVEN)]

    def test_goes_to_each_of_several_with_an_address_but_not_to_machines(
        self, admin: Client, key: APIClient, ben_seated: Membership, seats: Seats, telling: Telling
    ) -> None:
        outside = make_membership(seats.organization, external_id="o", email="out@example.com")
        machine = make_membership(
            seats.organization, external_id="m", email="m@example.com", kind="service"
        )
        nameless = make_membership(seats.organization, external_id="n")
        everybody = [ben_seated, outside, machine, nameless]
        seats.purchase(4)
        for person in everybody[1:]:
            seats.assign(person)
        form: dict[str, Any] = {"action": "release", "person": [person.pk for person in everybody]}
        page = "/o/acme/people/bulk/"
        assert "Whoever has an e-mail address is told by mail." in admin.get(page, form).text
        assert telling(lambda: admin.post(page, form)) == [("ben", LOST), ("out", LOST)]
        # Without an account there is nothing to press, but a word whom to tell.
        body = next(one.body for one in mail.outbox if one.to == ["out@example.com"])
        assert "tell whoever gives out the seats of Acme" in body
        assert "Ask for a seat again" not in body
        for person in everybody:
            seats.assign(person, now=timezone.now())
        url = "/api/v1/organizations/acme/seats/release"
        several = {"members": ["ben@example.com", "o", "m", "n"]}
        told = telling(lambda: key.post(url, several, format="json"))
        assert told == [("ben", LOST), ("out", LOST)]

    def test_comes_from_the_api_too(
        self, key: APIClient, ben_seated: Membership, telling: Telling
    ) -> None:
        url = "/api/v1/organizations/acme/members/ben@example.com/seat"
        assert telling(lambda: key.delete(url)) == [("ben", LOST)]

    def test_is_not_sent_to_who_did_it_themselves(
        self, admin: Client, ada: User, seats: Seats, telling: Telling
    ) -> None:
        seats.purchase(1)
        with organization_context(seats.id):
            own = Membership.objects.get(user=ada)
        seats.assign(own)
        assert telling(lambda: admin.post(f"/o/acme/people/{own.pk}/release/")) == []

    def test_says_who_waits_again_after_an_undo_that_they_do(
        self,
        admin: Client,
        ben_seated: Membership,
        dewi: Membership,
        seats: Seats,
        telling: Telling,
    ) -> None:
        nina = make_membership(seats.organization, user=make_user("nina"))
        request_seat(
            organization_id=seats.id, membership_id=nina.pk, actor=SYSTEM, now=NOW, tells=False
        )
        page = f"/o/acme/people/{nina.pk}"
        admin.post(f"{page}/assign/")
        admin.post(f"/o/acme/people/{dewi.pk}/assign/")
        assert telling(lambda: admin.post(f"{page}/release/?undo=1")) == [("nina", LOST)]
        assert "You are on the waiting list" in mail.outbox[0].body
        # Dewi was never told of the seat, so she need not be told that it is gone.
        assert telling(lambda: admin.post(f"/o/acme/people/{dewi.pk}/release/?undo=1")) == []


class TestWhoseAccessEnds:
    def test_is_not_told_of_the_seat(
        self, admin: Client, ben_seated: Membership, seats: Seats, telling: Telling
    ) -> None:
        def leave() -> None:
            deactivate_person(
                organization_id=seats.id,
                membership_id=ben_seated.pk,
                granter=OrganizationRole.OWNER,
                actor=SYSTEM,
                now=NOW,
            )

        def release_and_leave() -> None:
            admin.post(f"/o/acme/people/{ben_seated.pk}/release/")
            leave()

        assert telling(release_and_leave) == []

    def test_frees_the_seat_without_a_mail(
        self, ben_seated: Membership, seats: Seats, telling: Telling
    ) -> None:
        with organization_context(seats.id):
            told = telling(
                lambda: free_seat_of_leaver(membership=ben_seated, actor=SYSTEM, now=NOW)
            )
        assert told == []
        assert seats.pool().assigned_seats == 0
