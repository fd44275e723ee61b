"""Seats for certain people in one press: what the button says is what is charged, once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import organization_context
from billing.models import Quote
from billing.services.sweeping import sweep_purchases
from seats.models import SeatAssignment, SeatPool, WaitingListEntry
from seats.services.waiting import request_seat, withdraw_seat_request
from tests.integration.billing.conftest import World
from tests.integration.billing.test_races import at_once, charges
from tests.integration.billing.test_settlement import intent_of
from tests.support.people import make_membership

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def browser(world: World) -> Client:
    client = Client()
    client.force_login(world.ada)
    return client


def fill(world: World, free: int = 0) -> None:
    """Have all purchased seats but `free` taken, as importing people writes them."""
    now = timezone.now()
    with organization_context(world.id):
        pool = SeatPool.objects.get()
        people = Membership.objects.bulk_create(
            Membership(organization_id=world.id, external_id=f"s{n}", name=f"Seated {n}")
            for n in range(pool.purchased_seats - free)
        )
        SeatAssignment.objects.bulk_create(
            SeatAssignment(organization_id=world.id, membership=one, during=(now, None))
            for one in people
        )
        pool.assigned_seats = len(people)
        pool.save()


def person(world: World, name: str, *, asks: bool = True) -> Membership:
    found = make_membership(world.organization, external_id=name, name=name)
    if asks:
        request_seat(
            organization_id=world.id,
            membership_id=found.pk,
            actor=world.actor,
            now=timezone.now(),
        )
    return found


def press(page: str, label: str) -> dict[str, Any]:
    """Return what the form of a button sends; the label is the button's whole text."""
    for form in re.findall(r"<form.*?</form>", page, re.S):
        if label in form and "buy-for" in form:
            fields: dict[str, Any] = {"person": re.findall(r'name="person" value="(\d+)"', form)}
            for name in ("quote", "total", "next", "po_number"):
                found = re.search(rf'name="{name}" value="([^"]*)"', form)
                if found:
                    fields[name] = found[1]
            return fields
    raise AssertionError(f"no button {label!r}")


def amount(world: World) -> str:
    """Return the amount of the latest quote as buttons write it."""
    with organization_context(world.id):
        quote = Quote.objects.order_by("-number")[0]
    return f"{quote.total_now_minor / 100:.2f}\xa0EUR"


def seated(world: World) -> list[str]:
    """Return who has a seat beside those who had one at the beginning, in order."""
    with organization_context(world.id):
        return list(
            SeatAssignment.objects.exclude(membership__name__startswith="Seated")
            .filter(during__endswith__isnull=True)
            .order_by("pk")
            .values_list("membership__name", flat=True)
        )


def waiting(world: World) -> list[str]:
    with organization_context(world.id):
        return list(
            WaitingListEntry.objects.filter(
                seated_at__isnull=True, withdrawn_at__isnull=True
            ).values_list("membership__name", flat=True)
        )


BUY = "/o/acme/seats/buy-for/"


class TestOnePress:
    def test_charges_what_the_button_says_and_seats_the_one_it_names(self, world: World) -> None:
        fill(world)
        mia = person(world, "Mia")
        admin = browser(world)
        page = admin.get(f"/o/acme/people/{mia.pk}/seat/").text
        label = f"Buy 1 seat for {amount(world)} and seat Mia"
        form = press(page, label)
        answer = admin.post(BUY, form, follow=True).text
        assert "1 seat added" in answer
        assert seated(world) == ["Mia"]
        assert world.invoices_at_stripe()[0]["total"] == int(form["total"])
        assert world.stripe_quantity() == 13

    def test_pressed_twice_at_once_charges_once(self, world: World) -> None:
        fill(world)
        mia = person(world, "Mia")
        form = press(browser(world).get(f"/o/acme/people/{mia.pk}/seat/").text, "and seat Mia")
        answers = at_once(*[lambda: browser(world).post(BUY, form)["Location"]] * 3)
        assert len(set(answers)) == 1
        assert charges(world) == 1
        assert seated(world) == ["Mia"]
        assert world.stripe_quantity() == 13

    def test_at_another_price_charges_nothing_and_shows_it(self, world: World) -> None:
        fill(world)
        mia = person(world, "Mia", asks=False)
        admin = browser(world)
        form = press(admin.get(f"/o/acme/people/{mia.pk}/seat/").text, "and seat Mia")
        answer = admin.post(BUY, form | {"total": "1"}, follow=True).text
        assert f"The price has changed to {amount(world)}. Nothing was charged." in answer
        assert f"Buy 1 seat for {amount(world)} and seat Mia" in answer
        assert (charges(world), waiting(world)) == (0, [])

    def test_with_a_card_that_declines_leaves_the_person_waiting(self, world: World) -> None:
        fill(world)
        mia = person(world, "Mia", asks=False)
        world.use_card("pm_card_chargeCustomerFail")
        admin = browser(world)
        form = press(admin.get(f"/o/acme/people/{mia.pk}/seat/").text, "and seat Mia")
        answer = admin.post(BUY, form, follow=True).text
        assert "No seats were added" in answer
        assert "They stay on the waiting list" in answer
        assert (seated(world), waiting(world)) == ([], ["Mia"])
        assert world.stripe_quantity() == 12
        assert "Ada ordered the seat on" in admin.get(f"/o/acme/people/{mia.pk}/seat/").text

    def test_for_somebody_who_has_a_seat_by_now_charges_nothing(self, world: World) -> None:
        fill(world)
        mia = person(world, "Mia")
        admin = browser(world)
        form = press(admin.get(f"/o/acme/people/{mia.pk}/seat/").text, "and seat Mia")
        with organization_context(world.id):
            somebody = SeatAssignment.objects.order_by("pk")[0].membership_id
        admin.post(f"/o/acme/people/{somebody}/release/")
        admin.post(f"/o/acme/people/{mia.pk}/assign/")
        answer = admin.post(BUY, form, follow=True).text
        assert "Mia has a seat already." in answer
        assert charges(world) == 0

    def test_without_a_card_leads_to_one(self, world: World) -> None:
        fill(world)
        mia = person(world, "Mia")
        with organization_context(world.id):
            account = world.account()
            account.payment_method_id = ""
            account.save()
        page = browser(world).get(f"/o/acme/people/{mia.pk}/seat/").text
        assert "There is no card to charge. Add one first." in page
        assert 'formaction="/o/acme/seats/card/"' in page

    @pytest.mark.parametrize("form", [{}, {"quote": "x", "total": "1", "person": "1"}])
    def test_that_cannot_be_read_charges_nothing(self, world: World, form: dict[str, str]) -> None:
        answer = browser(world).post(BUY, form, follow=True).text
        assert "does not say what to buy" in answer


class TestTheOrderOfTheList:
    def test_seats_those_before_too_or_with_a_reason_the_one_first(self, world: World) -> None:
        fill(world)
        person(world, "Ann")
        mia = person(world, "Mia")
        admin = browser(world)
        page = admin.get(f"/o/acme/people/{mia.pk}/seat/").text
        assert "1 person waits before and gets a seat too. In this order: Ann, Mia." in page
        assert "Buy 2 seats for" in page
        first = press(page, "Buy 1 seat for")
        refused = admin.post(BUY, first | {"reason": " "}, follow=True).text
        assert "Say why in a sentence" in refused
        assert charges(world) == 0
        admin.post(BUY, first | {"reason": "Starts today"})
        assert (seated(world), waiting(world)) == (["Mia"], ["Ann"])

    def test_gives_seats_that_were_bought_for_somebody_gone_to_the_next(self, world: World) -> None:
        fill(world)
        world.use_card("pm_card_authenticationRequired")
        person(world, "Ann")
        mia, bob = person(world, "Mia", asks=False), person(world, "Bob", asks=False)
        admin = browser(world)
        query = f"action=missing&person={mia.pk}&person={bob.pk}"
        form = press(admin.get(f"/o/acme/people/bulk/?{query}").text, "and seat these 2 people")
        where = admin.post(BUY, form)["Location"]
        # The bank asks first; meanwhile Mia does not need the seat any more.
        withdraw_seat_request(
            organization_id=world.id, membership_id=mia.pk, actor=world.actor, now=timezone.now()
        )
        assert "/purchases/" in where
        world.sandbox.confirm_at_bank(intent_of(world), passes=True)
        sweep_purchases(now=timezone.now() + timedelta(minutes=6))
        assert (seated(world), waiting(world)) == (["Bob", "Ann"], [])


class TestSeveralAtOnce:
    def test_beyond_the_limit_are_offered_exactly_their_seats(self, world: World) -> None:
        fill(world, free=1)
        person(world, "Ann")
        people = [person(world, name, asks=False) for name in ("Zoe", "Mia", "Bob")]
        admin = browser(world)
        page = admin.post(
            "/o/acme/people/bulk/",
            {"action": "assign", "person": [one.pk for one in people]},
            follow=True,
        ).text
        assert "1 person has a seat now." in page
        assert "2 people have no seat yet" in page
        assert "2 seats are missing." in page
        assert "1 other person waits for a seat and keeps the place." in page
        label = f"Buy 2 seats for {amount(world)} and seat these 2 people"
        admin.post(BUY, press(page, label))
        assert (seated(world), waiting(world)) == (["Zoe", "Mia", "Bob"], ["Ann"])
        assert charges(world) == 1
        assert world.stripe_quantity() == 14

    def test_may_also_just_wait_in_order(self, world: World) -> None:
        fill(world)
        people = [person(world, name, asks=False) for name in ("Zoe", "Bob")]
        form = {"action": "wait", "person": [one.pk for one in people]}
        answer = browser(world).post("/o/acme/people/bulk/", form, follow=True).text
        assert "2 people wait for the next free seats." in answer
        assert waiting(world) == ["Zoe", "Bob"]
