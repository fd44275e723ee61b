"""A person's calendar address: what it shows, to whom, and when it ends; single events."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Organization, User
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from billing.services.quotes import quote_seats
from billing.services.saved_quotes import save_quote
from procurement.domain.ics import Event
from procurement.domain.planning import PlanState
from procurement.hooks import add_calendar_source
from procurement.models import CalendarFeed, PlannedExpansion
from procurement.services.feeds import read_feed
from procurement.services.planning import move_plan, plan_expansion
from procurement.services.profile import ProfileDetails, change_profile
from tests.integration.billing.conftest import World, sandbox, sandbox_process, world
from tests.support.people import make_admin, make_membership, make_organization, make_user

__all__ = ["sandbox", "sandbox_process", "world"]


@pytest.fixture
def acme(db: None) -> Organization:
    return make_organization("acme", time_zone="Europe/Berlin")


@pytest.fixture
def ada(acme: Organization) -> User:
    return make_admin("ada", acme)


def plan(acme: Organization, ada: User) -> PlannedExpansion:
    now = timezone.now()
    return plan_expansion(
        organization_id=acme.pk,
        seats=20,
        wanted_on=now.date() + timedelta(days=120),
        reason="Lyon, second floor; 20 desks",
        actor=Actor.of(ada),
        now=now,
        today=now.date(),
    )


def opened(user: User, organization: Organization) -> str:
    """Open the person's address and return its path."""
    client = Client()
    client.force_login(user)
    page = client.post(
        reverse("calendar_settings", args=[organization.slug]), {"do": "open"}
    ).content.decode()
    found = re.search(r"/calendar/[\w-]+\.ics", page)
    assert found is not None
    return found[0]


def lines(address: str) -> list[str]:
    answer = Client().get(address)
    assert answer.status_code == 200
    return answer.content.replace(b"\r\n ", b"").decode().split("\r\n")


def sequence(address: str, uid: str) -> int:
    found = lines(address)
    return int(found[found.index(f"UID:{uid}") + 3].removeprefix("SEQUENCE:"))


class TestAnAddress:
    def test_is_read_without_a_cookie_and_sets_none(self, acme: Organization, ada: User) -> None:
        one = plan(acme, ada)
        answer = Client().get(opened(ada, acme))
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert not answer.cookies
        assert f"UID:plan-{one.pk}@headroom".encode() in answer.content
        assert b"Lyon\\, second floor\\; 20 desks" in answer.content.replace(b"\r\n ", b"")

    def test_answers_304_while_nothing_changes(self, acme: Organization, ada: User) -> None:
        plan(acme, ada)
        address = opened(ada, acme)
        tag = Client().get(address)["ETag"]
        assert Client().get(address, headers={"if-none-match": tag}).status_code == 304
        assert Client().get(address)["ETag"] == tag

    @pytest.mark.parametrize("method", ["post", "put", "delete"])
    def test_takes_nothing(self, acme: Organization, ada: User, method: str) -> None:
        assert getattr(Client(), method)(opened(ada, acme)).status_code == 405

    def test_ends_when_it_is_renewed_or_revoked(self, acme: Organization, ada: User) -> None:
        first = opened(ada, acme)
        second = opened(ada, acme)
        assert Client().get(first).status_code == 404
        assert Client().get(second).status_code == 200
        client = Client()
        client.force_login(ada)
        client.post(reverse("calendar_settings", args=[acme.slug]), {"do": "revoke"})
        assert Client().get(second).status_code == 404

    def test_ends_with_the_membership(self, acme: Organization, ada: User) -> None:
        address = opened(ada, acme)
        with organization_context(acme.pk):
            Membership.objects.filter(user=ada).update(
                state=Membership.State.DEACTIVATED, deactivated_at=timezone.now()
            )
        assert Client().get(address).status_code == 404

    def test_is_kept_as_a_digest_only(self, acme: Organization, ada: User) -> None:
        secret = opened(ada, acme).removeprefix("/calendar/").removesuffix(".ics")
        with organization_context(acme.pk):
            feed = CalendarFeed.objects.get()
        assert secret not in feed.digest
        assert len(feed.digest) == 64

    @pytest.mark.parametrize(
        "secret", ["nonsense", "1-nonsense", "-", f"{'9' * 40}-x", "9223372036854775807-x", "²-x"]
    )
    def test_that_nobody_has_is_not_found(self, acme: Organization, secret: str) -> None:
        assert Client().get(f"/calendar/{secret}.ics").status_code == 404

    def test_of_one_organization_opens_no_other(self, acme: Organization, ada: User) -> None:
        other = make_organization("other")
        secret = opened(ada, acme).removeprefix("/calendar/").removesuffix(".ics")
        foreign = f"{other.pk}-{secret.partition('-')[2]}"
        assert read_feed(secret=foreign, now=timezone.now()) is None

    def test_shows_the_ends_of_quarters_to_who_pays(self, acme: Organization, ada: User) -> None:
        ben = make_user("ben")
        make_membership(acme, user=ben, role="billing")
        assert any(line.startswith("UID:quarter-") for line in lines(opened(ben, acme)))


class TestTheSequence:
    def test_rises_with_every_change_of_the_plan_or_of_its_day(
        self, acme: Organization, ada: User
    ) -> None:
        one = plan(acme, ada)
        address, uid, now = opened(ada, acme), f"plan-{one.pk}@headroom", timezone.now()
        first = sequence(address, uid)
        change_profile(
            organization_id=acme.pk, details=ProfileDetails(lead_days=60), actor=Actor.of(ada),
            now=now, today=now.date(),
        )  # fmt: skip
        second = sequence(address, uid)
        move_plan(
            organization_id=acme.pk, plan_id=one.pk, to=PlanState.DROPPED, actor=Actor.of(ada),
            now=now, today=now.date(),
        )  # fmt: skip
        third = sequence(address, uid)
        assert first < second < third
        assert "STATUS:CANCELLED" in lines(address)


class TestOneEvent:
    def test_is_a_file_that_a_calendar_opens(self, acme: Organization, ada: User) -> None:
        one = plan(acme, ada)
        client = Client()
        client.force_login(ada)
        answer = client.get(reverse("calendar_event", args=[acme.slug, f"plan-{one.pk}"]))
        assert answer.content.count(b"BEGIN:VEVENT") == 1
        day = f"{one.start_by_on:%Y%m%d}".encode()
        assert b"DTSTART;VALUE=DATE:" + day in answer.content
        assert "attachment" in answer["Content-Disposition"]

    def test_of_another_app_stands_beside_them(self, acme: Organization, ada: User) -> None:
        now = timezone.now()
        event = Event("true-up-1@headroom", "Review ends", now, at=now)
        end = add_calendar_source(lambda **given: [event])
        try:
            assert "UID:true-up-1@headroom" in lines(opened(ada, acme))
        finally:
            end()


@pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
class TestBillingDays:
    def test_are_the_renewal_and_the_quotes_whose_price_holds(self, world: World) -> None:
        now = timezone.now()
        quote = quote_seats(organization_id=world.id, quantity=20, actor=world.actor, now=now)
        save_quote(organization_id=world.id, quote_id=quote.pk, actor=world.actor, now=now)
        found = lines(opened(world.ada, world.organization))
        assert f"UID:quote-{quote.pk}@headroom" in found
        assert f"DTSTART:{quote.expires_at:%Y%m%dT%H%M%SZ}" in found
        renewal = [line for line in found if line.startswith("UID:renewal-")]
        assert len(renewal) == 1
