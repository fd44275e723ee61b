"""Quotes as people use them: kept, shown to others, bought, brought up to date."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import HistoryEntry, User
from accounts.tenancy import organization_context
from billing.models import Purchase, Quote, SavedQuote
from billing.selectors.quotes import QuoteState, listed_state, quote_standing, saved_quotes
from billing.services.purchases import purchase_seats
from billing.services.quotes import QuoteNotFound, quote_seats
from billing.services.saved_quotes import renew_quote, save_quote
from billing.views.quotes import time_left_words
from tests.integration.billing.conftest import World, make_world
from tests.support.people import make_membership, make_user
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def member(world: World, role: str) -> Client:
    user = make_user(f"{role}-of-acme")
    make_membership(world.organization, user=user, role=role)
    return signed_in(user)


def address(world: World, name: str, *rest: object) -> str:
    return reverse(name, args=[world.organization.slug, *rest])


def make_quote(world: World, seats: int = 20, *, ago: timedelta = timedelta()) -> Quote:
    return quote_seats(
        organization_id=world.id, quantity=seats, actor=world.actor, now=timezone.now() - ago
    )


def keep(world: World, quote: Quote) -> SavedQuote:
    return save_quote(
        organization_id=world.id, quote_id=quote.pk, actor=world.actor, now=timezone.now()
    )


class TestKeeping:
    def test_puts_the_quote_on_the_list_once(self, world: World) -> None:
        quote = make_quote(world)
        client = signed_in(world.ada)
        for _again in range(2):
            answer = client.post(address(world, "quote_save", quote.pk), follow=True)
            assert "is on your list" in answer.content.decode()
        with organization_context(world.id):
            assert SavedQuote.objects.count() == 1
            assert HistoryEntry.objects.filter(verb="quote_saved").count() == 1
        page = client.get(address(world, "quotes")).content.decode()
        assert str(quote) in page
        assert "12 → 20" in page

    def test_lists_only_what_was_kept(self, world: World) -> None:
        quote = make_quote(world)
        page = signed_in(world.ada).get(address(world, "quotes")).content.decode()
        assert str(quote) not in page
        assert "No quote was kept yet" in page

    def test_is_offered_where_seats_are_added(self, world: World) -> None:
        client = signed_in(world.ada)
        page = client.get(address(world, "add_seats"), {"seats": "5"}).content.decode()
        found = re.search(r'formaction="([^"]+/save/)"', page)
        assert found is not None
        assert client.post(found[1]).status_code == 302

    def test_of_another_organization_is_not_found(self, world: World, sandbox: Sandbox) -> None:
        other = make_world(sandbox, name="other", admin="cleo", price=world.subscription.price)
        quote = make_quote(world)
        cleo = signed_in(other.ada)
        assert cleo.get(address(other, "quote", quote.pk)).status_code == 404
        assert cleo.post(address(other, "quote_save", quote.pk)).status_code == 404
        with pytest.raises(QuoteNotFound):
            keep(other, quote)


class TestTheLink:
    def test_opens_for_whoever_sees_the_overview(self, world: World) -> None:
        url = address(world, "quote", make_quote(world).pk)
        page = member(world, "champion").get(url).content.decode()
        assert "Quote for 8 more seats" in page
        assert "This price holds for another" in page
        # A champion neither buys nor sees the other quotes.
        assert "Pay " not in page
        assert f'href="{address(world, "quotes")}"' not in page
        assert member(world, "member").get(url).status_code == 403

    def test_shows_the_arithmetic_to_the_cent(self, world: World) -> None:
        quote = make_quote(world, ago=timedelta(seconds=-86400))
        page = signed_in(world.ada).get(address(world, "quote", quote.pk)).content.decode()
        figures = quote.snapshot()
        for line in figures.lines:
            assert f"{abs(line.amount_minor) / 100:.2f}" in page
        seconds = int((figures.period.end - figures.at).total_seconds())
        assert f"× {seconds:,} ÷" in page
        # 10 x 10.00 + 10 x 8.00
        assert "€180.00" in page


class TestBuying:
    def test_from_the_page_charges_what_it_says(self, world: World) -> None:
        quote = make_quote(world)
        client = signed_in(world.ada)
        page = client.get(address(world, "quote", quote.pk)).content.decode()
        total = re.search(r'name="total" value="(\d+)"', page)
        assert total is not None
        client.post(address(world, "buy_seats"), {"quote": str(quote.pk), "total": total[1]})
        with organization_context(world.id):
            assert Purchase.objects.get().state == Purchase.State.PROVISIONED
            assert quote_standing(quote, timezone.now()).state is QuoteState.BOUGHT
        page = client.get(address(world, "quote", quote.pk)).content.decode()
        assert "This quote was bought" in page
        assert world.purchased_seats() == 20

    def test_is_not_possible_when_the_price_has_run_out(self, world: World) -> None:
        quote = make_quote(world)
        keep(world, quote)
        later = timezone.now() + timedelta(hours=1)
        with organization_context(world.id):
            assert quote_standing(quote, later).state is QuoteState.EXPIRED
        fresh = renew_quote(
            organization_id=world.id, quote_id=quote.pk, actor=world.actor, now=later
        )
        assert fresh.quote_id != quote.pk
        assert fresh.quote.quantity_to == 20
        # An hour less of the month is left.
        assert fresh.quote.total_now_minor <= quote.total_now_minor
        with organization_context(world.id):
            standing = quote_standing(quote, later)
            assert standing.state is QuoteState.REPLACED
            assert standing.replaced_by == fresh.quote

    def test_a_refused_card_leads_to_a_fresh_quote(self, world: World) -> None:
        world.use_card("pm_card_chargeCustomerFail")
        quote = make_quote(world)
        purchase_seats(
            organization_id=world.id,
            quote_id=quote.pk,
            total_minor=quote.total_now_minor,
            idempotency_key="k",
            actor=world.actor,
            now=timezone.now(),
        )
        page = signed_in(world.ada).get(address(world, "quote", quote.pk)).content.decode()
        assert "nothing was charged" in page
        answer = signed_in(world.ada).post(address(world, "quote_renew", quote.pk))
        assert str(quote.pk) not in answer["Location"]


class TestRenewing:
    def test_of_what_still_holds_makes_nothing(self, world: World) -> None:
        quote = make_quote(world)
        renewed = renew_quote(
            organization_id=world.id, quote_id=quote.pk, actor=world.actor, now=timezone.now()
        )
        assert renewed.quote_id == quote.pk

    def test_follows_the_chain_to_its_end(self, world: World) -> None:
        quote = make_quote(world)
        found: list[UUID] = [quote.pk]
        for hours in (1, 2, 3):
            renewed = renew_quote(
                organization_id=world.id,
                quote_id=quote.pk,
                actor=world.actor,
                now=timezone.now() + timedelta(hours=hours),
            )
            found.append(renewed.quote_id)
        assert len(set(found)) == 4
        with organization_context(world.id):
            assert SavedQuote.objects.filter(replaces__isnull=True).count() == 1


class TestTheList:
    def test_is_filtered_by_state_as_each_page_says(self, world: World) -> None:
        now = timezone.now()
        bought, open_ = make_quote(world, 14), make_quote(world, 30)
        for quote in (bought, open_):
            keep(world, quote)
        purchase_seats(
            organization_id=world.id,
            quote_id=bought.pk,
            total_minor=bought.total_now_minor,
            idempotency_key="k",
            actor=world.actor,
            now=now,
        )
        for moment in (now, now + timedelta(hours=2)):
            with organization_context(world.id):
                for saved in saved_quotes(world.id, moment):
                    state = quote_standing(saved.quote, moment).state
                    assert listed_state(saved, moment) is state
                    for other in QuoteState:
                        listed = saved_quotes(world.id, moment, state=other.value)
                        assert (saved in listed) == (other is state)

    def test_is_searched_by_number_and_person(self, world: World) -> None:
        quote = make_quote(world)
        keep(world, quote)
        client = signed_in(world.ada)
        for search, is_there in (("Q-1", True), ("ada", True), ("Q-9", False), ("9" * 30, False)):
            page = client.get(address(world, "quotes"), {"q": search}).content.decode()
            assert (address(world, "quote", quote.pk) in page) is is_there, search


class TestTheTimeLeft:
    @pytest.mark.parametrize(
        ("left", "words"),
        [
            (timedelta(seconds=59), "less than a minute"),
            (timedelta(seconds=60), "1 minute"),
            (timedelta(minutes=119), "119 minutes"),
            (timedelta(minutes=120), "2 hours"),
            (timedelta(hours=47), "47 hours"),
            (timedelta(hours=48), "2 days"),
        ],
    )
    def test_is_said_in_words(self, left: timedelta, words: str) -> None:
        assert time_left_words(left) == words
