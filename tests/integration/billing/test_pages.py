"""The pages of the purchase side, asked for as a browser does."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tenancy import organization_context
from billing.models import Invoice, Purchase, Quote
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from seats.services.waiting import request_seat
from tests.integration.billing.conftest import World, make_world
from tests.support.people import make_membership, make_organization, make_user
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def browser(world: World) -> Client:
    return signed_in(world.ada)


def url(world: World, name: str, *args: object) -> str:
    return reverse(name, args=[world.organization.slug, *args])


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, f"no field {name}"
    return found[1]


class TestAddSeats:
    def test_says_what_the_button_does(self, browser: Client, world: World) -> None:
        page = browser.get(url(world, "add_seats") + "?seats=5").content.decode()
        with organization_context(world.id):
            quote = Quote.objects.get()
        # 12 + 5 seats: 10 x 10.00 + 7 x 8.00 a month
        amount = f"{quote.total_now_minor / 100:.2f}\xa0EUR"
        assert f"Pay {amount} and add 5 seats" in page
        assert "Visa ending in 4242" in page
        assert "€156.00" in page
        assert "33 more seats" not in page
        assert "34 more seats reach the next price of €6.00." in page

    def test_shows_only_what_changes_when_the_number_is_turned(
        self, browser: Client, world: World
    ) -> None:
        part = browser.get(
            url(world, "add_seats"),
            {"seats": "8"},
            headers={"hx-request": "true", "hx-target": "offer"},
        ).content.decode()
        assert "<html" not in part
        assert 'hx-swap-oob="true"' in part
        assert "add 8 seats" in part

    def test_names_the_people_who_will_be_seated(self, browser: Client, world: World) -> None:
        person = make_membership(world.organization, external_id="w", name="Wiebke Waiting")
        request_seat(
            organization_id=world.id,
            membership_id=person.pk,
            actor=world.actor,
            now=timezone.now(),
        )
        page = browser.get(url(world, "add_seats")).content.decode()
        assert "Wiebke Waiting" in page

    @pytest.mark.parametrize("seats", ["0", "-3", "abc", "99999999999999", "²", ""])
    def test_answers_a_strange_number_with_a_page(
        self, browser: Client, world: World, seats: str
    ) -> None:
        for headers in ({}, {"hx-request": "true", "hx-target": "offer"}):
            answer = browser.get(url(world, "add_seats"), {"seats": seats}, headers=headers)
            assert answer.status_code == 200

    def test_without_a_subscription_says_who_helps(self, transactional_db: None) -> None:
        organization = make_organization("acme")
        ada = make_user("ada")
        make_membership(organization, user=ada, role="admin")
        page = signed_in(ada).get(reverse("add_seats", args=["acme"])).content.decode()
        assert "There is no subscription yet" in page
        assert signed_in(ada).get(reverse("seats", args=["acme"])).status_code == 200

    def test_without_a_subscription_names_the_account_manager(self, transactional_db: None) -> None:
        manager = make_user("max", vendor_role="account_manager")
        organization = make_organization("acme", account_manager=manager)
        ada = make_user("ada")
        make_membership(organization, user=ada, role="admin")
        page = signed_in(ada).get(reverse("add_seats", args=["acme"])).content.decode()
        assert f"({manager.email}) to set it up" in page


class TestBuying:
    def test_goes_from_the_click_to_the_seats(self, browser: Client, world: World) -> None:
        page = browser.get(url(world, "add_seats") + "?seats=5").content.decode()
        answer = browser.post(
            url(world, "buy_seats"),
            {"quote": hidden(page, "quote"), "total": hidden(page, "total")},
            follow=True,
        )
        assert "5 seats added" in answer.content.decode()
        assert "You have 17 seats now." in answer.content.decode()
        assert world.purchased_seats() == world.stripe_quantity() == 17

    def test_twice_is_one_charge(self, browser: Client, world: World) -> None:
        page = browser.get(url(world, "add_seats") + "?seats=5").content.decode()
        form = {"quote": hidden(page, "quote"), "total": hidden(page, "total")}
        first = browser.post(url(world, "buy_seats"), form)
        second = browser.post(url(world, "buy_seats"), form)
        assert first["Location"] == second["Location"]
        assert len(world.invoices_at_stripe()) == 2
        assert world.stripe_quantity() == 17

    def test_with_another_total_shows_the_right_one(self, browser: Client, world: World) -> None:
        page = browser.get(url(world, "add_seats") + "?seats=5").content.decode()
        answer = browser.post(
            url(world, "buy_seats"), {"quote": hidden(page, "quote"), "total": "1"}, follow=True
        )
        assert "The price has changed" in answer.content.decode()
        assert world.stripe_quantity() == 12

    @pytest.mark.parametrize(
        "form",
        [
            {},
            {"quote": "x", "total": "100"},
            {"quote": "00000000-0000-4000-8000-000000000000"},
            {"quote": "00000000-0000-4000-8000-000000000000", "total": "ten"},
        ],
        ids=["empty", "no quote", "no total", "a word as total"],
    )
    def test_with_a_form_that_cannot_be_read_says_so_and_leads_back(
        self, browser: Client, world: World, form: dict[str, str]
    ) -> None:
        answer = browser.post(url(world, "buy_seats"), form)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "Nothing was bought or charged." in page
        assert f'href="{url(world, "add_seats")}"' in page
        assert world.stripe_quantity() == 12

    def test_with_a_quote_that_does_not_exist_is_not_found(
        self, browser: Client, world: World
    ) -> None:
        form = {"quote": "00000000-0000-4000-8000-000000000000", "total": "100"}
        assert browser.post(url(world, "buy_seats"), form).status_code == 404

    def test_with_a_card_that_declines_says_so_and_grants_nothing(
        self, browser: Client, world: World
    ) -> None:
        world.use_card("pm_card_chargeCustomerFail")
        page = browser.get(url(world, "add_seats") + "?seats=5").content.decode()
        answer = browser.post(
            url(world, "buy_seats"),
            {"quote": hidden(page, "quote"), "total": hidden(page, "total")},
            follow=True,
        ).content.decode()
        assert "No seats were added" in answer
        assert "Your bank declined the card. Nothing was charged." in answer
        assert "Use another card" in answer
        assert "What the bank said" not in answer
        assert world.purchased_seats() == world.stripe_quantity() == 12

    def test_that_was_canceled_asks_for_no_other_card(self, browser: Client, world: World) -> None:
        world.use_card("pm_card_authenticationRequired")
        page = browser.get(url(world, "add_seats") + "?seats=5").content.decode()
        where = browser.post(
            url(world, "buy_seats"),
            {"quote": hidden(page, "quote"), "total": hidden(page, "total")},
        )["Location"]
        answer = browser.post(f"{where}cancel/", follow=True).content.decode()
        assert "You canceled this purchase. Nothing was charged." in answer
        assert "Use another card" not in answer
        assert "See the price again" in answer

    def test_that_needs_the_bank_links_to_its_page(self, browser: Client, world: World) -> None:
        world.use_card("pm_card_authenticationRequired")
        page = browser.get(url(world, "add_seats") + "?seats=5").content.decode()
        answer = browser.post(
            url(world, "buy_seats"),
            {"quote": hidden(page, "quote"), "total": hidden(page, "total")},
            follow=True,
        ).content.decode()
        assert "Your bank asks for your confirmation" in answer
        assert f'href="{world.sandbox.url}/i/' in answer
        assert 'hx-trigger="every 2s"' in answer


class TestSeatsAndBilling:
    def test_shows_plan_card_invoices_and_ledger(self, browser: Client, world: World) -> None:
        quote = quote_seats(
            organization_id=world.id, quantity=20, actor=world.actor, now=timezone.now()
        )
        purchase_seats(
            organization_id=world.id,
            quote_id=quote.pk,
            total_minor=quote.total_now_minor,
            idempotency_key="k",
            actor=world.actor,
            now=timezone.now(),
        )
        page = browser.get(url(world, "seats")).content.decode()
        assert "0 of 20 seats are taken" in page
        # 10 x 10.00 + 10 x 8.00
        assert "€180.00" in page
        assert "+8" in page
        assert page.count("/invoices/") >= 4

    def test_exports_the_ledger_as_csv_and_xlsx(self, browser: Client, world: World) -> None:
        rows = browser.get(url(world, "ledger_export", "csv")).content.decode("utf-8-sig")
        assert "Purchase,12,12,116.00,116.00,EUR" in rows.replace("purchase", "Purchase")
        book = browser.get(url(world, "ledger_export", "xlsx"))
        assert book.content[:2] == b"PK"
        assert browser.get(url(world, "ledger_export", "pdf")).status_code == 404
        assert browser.get(url(world, "invoices_export", "csv")).status_code == 200

    def test_shows_an_invoice_with_its_lines(self, browser: Client, world: World) -> None:
        with organization_context(world.id):
            invoice = Invoice.objects.get()
        page = browser.get(url(world, "invoice", invoice.pk)).content.decode()
        assert "Receipt" in page
        assert "€116.00" in page

    def test_of_another_organization_is_not_found(
        self, browser: Client, world: World, sandbox: Sandbox
    ) -> None:
        other = make_world(sandbox, name="other", admin="cleo", price=world.subscription.price)
        with organization_context(other.id):
            invoice = Invoice.objects.get()
        assert browser.get(url(world, "invoice", invoice.pk)).status_code == 404
        assert browser.get(url(other, "seats")).status_code == 404


class TestCards:
    def test_are_added_on_stripes_page(self, browser: Client, world: World) -> None:
        answer = browser.post(url(world, "add_card"), {"next": url(world, "add_seats")})
        assert answer["Location"].startswith(f"{world.sandbox.url}/c/")
        session = world.sandbox.call("GET", "checkout/sessions", limit="1")["data"][0]
        assert "{CHECKOUT_SESSION_ID}" in session["success_url"]
        left = browser.get(url(world, "add_card_done"), {"session_id": session["id"]}, follow=True)
        assert "No card was added" in left.content.decode()

    def test_of_another_customer_are_not_taken(
        self, browser: Client, world: World, sandbox: Sandbox
    ) -> None:
        other = make_world(sandbox, name="other", admin="cleo", price=world.subscription.price)
        signed_in(other.ada).post(url(other, "add_card"))
        session = world.sandbox.call("GET", "checkout/sessions", limit="1")["data"][0]
        answer = browser.get(
            url(world, "add_card_done"), {"session_id": session["id"]}, follow=True
        )
        assert "No card was added" in answer.content.decode()

    def test_are_managed_in_stripes_portal(self, browser: Client, world: World) -> None:
        answer = browser.post(url(world, "manage_cards"))
        assert answer["Location"].startswith(f"{world.sandbox.url}/p/")


class TestVendor:
    @pytest.fixture
    def fin(self, world: World) -> Client:
        bought = quote_seats(
            organization_id=world.id, quantity=20, actor=world.actor, now=timezone.now()
        )
        purchase_seats(
            organization_id=world.id,
            quote_id=bought.pk,
            total_minor=bought.total_now_minor,
            idempotency_key="k",
            actor=world.actor,
            now=timezone.now(),
        )
        return signed_in(make_user("fin", vendor_role="finance"))

    def test_finance_sees_quote_ledger_invoice_and_payment_side_by_side(
        self, fin: Client, world: World
    ) -> None:
        assert (
            "Nothing has been compared yet" in fin.get(reverse("reconciliation")).content.decode()
        )
        fin.post(reverse("reconciliation_run"))
        page = fin.get(reverse("reconciliation")).content.decode()
        assert "Everything agrees, to the cent" in page
        with organization_context(world.id):
            bought = Purchase.objects.get()
        amount = f"€{bought.total_minor / 100:.2f}"
        # quote, ledger, invoice and payment
        assert page.count(amount) == 4

    def test_finance_starts_a_comparison_that_finds_a_change_made_elsewhere(
        self, fin: Client, world: World
    ) -> None:
        world.sandbox.call(
            "POST",
            f"subscription_items/{world.subscription.stripe_item_id}",
            quantity="21",
            proration_behavior="none",
        )
        page = fin.post(reverse("reconciliation_run"), follow=True).content.decode()
        assert "Something does not agree" in page
        assert '>20</td><td class="number">21</td>' in page

    @pytest.mark.parametrize("name", ["vendor_invoices", "vendor_ledger"])
    def test_finance_filters_searches_and_exports(
        self, fin: Client, world: World, name: str
    ) -> None:
        assert "Acme" in fin.get(reverse(name), {"q": "acm"}).content.decode()
        assert "Nothing fits" in fin.get(reverse(name), {"q": "zzz"}).content.decode()
        export = fin.get(reverse(f"{name}_export", args=["csv"]), {"q": "acm"})
        assert export.content.decode("utf-8-sig").count("Acme") == 2
        assert fin.get(reverse(f"{name}_export", args=["xlsx"])).content[:2] == b"PK"

    def test_the_catalog_shows_its_tiers_to_the_vendor_admin(self, world: World) -> None:
        olga = signed_in(make_user("olga", vendor_role="vendor_admin"))
        page = olga.get(reverse("prices")).content.decode()
        assert "up to 10: €10.00" in page
        assert "beyond: €6.00" in page

    def test_account_managers_do_not_see_the_money_pages(self, world: World) -> None:
        max_ = signed_in(make_user("max", vendor_role="account_manager"))
        assert max_.get(reverse("reconciliation")).status_code == 403


class TestAdmin:
    def test_shows_the_catalog_without_a_way_to_change_its_terms(self, world: World) -> None:
        olga = User.objects.create_superuser("olga@example.com", "a password for tests")
        client = signed_in(olga)
        price = world.subscription.price_id
        page = client.get(reverse("admin:billing_price_change", args=[price])).content.decode()
        assert "1000" in page
        assert 'name="_save"' not in page
        assert client.get(reverse("admin:billing_price_add")).status_code == 403
        assert client.get(reverse("admin:billing_plan_changelist")).status_code == 200


class TestSearch:
    def test_finds_an_invoice_by_a_part_of_its_number(self, browser: Client, world: World) -> None:
        with organization_context(world.id):
            found = Invoice.objects.get()
        page = browser.get(
            url(world, "search"), {"q": found.number[-6:].lower()}, headers={"hx-request": "true"}
        ).content.decode()
        assert f'href="{url(world, "invoice", found.pk)}"' in page
        # 10 x 10.00 + 2 x 8.00
        assert "€116.00" in page

    def test_shows_a_member_no_invoice(self, world: World) -> None:
        ben = make_user("ben")
        make_membership(world.organization, user=ben, role="member")
        with organization_context(world.id):
            number = Invoice.objects.get().number
        page = signed_in(ben).get(url(world, "search"), {"q": number}).content.decode()
        assert "/invoices/" not in page
