"""The hosted pages: Checkout, invoice, portal, and what frames them."""

import httpx
import pytest
import stripe

from stripe_sandbox.tests.conftest import Sandbox
from stripe_sandbox.tests.world import BROWSER, JANUARY, World, in_order

BACK = "http://127.0.0.1:1/done?session={CHECKOUT_SESSION_ID}"


def checkout(world: World, customer: stripe.Customer) -> stripe.checkout.Session:
    return world.v1.checkout.sessions.create(
        {
            "mode": "setup",
            "currency": "usd",
            "customer": customer.id,
            "success_url": BACK,
            "cancel_url": "http://127.0.0.1:1/back",
        }
    )


def cards_of(world: World, customer: stripe.Customer) -> list[str]:
    return [
        method.card.last4
        for method in world.v1.customers.payment_methods.list(customer.id).data
        if method.card
    ]


class TestCheckout:
    def test_saves_the_typed_card_and_leads_back(self, world: World) -> None:
        customer = world.ada(None)
        session = checkout(world, customer)
        answer = BROWSER.post(
            str(session.url),
            data={"number": "4242 4242 4242 4242", "expiry": "12 / 34", "cvc": "123"},
        )
        assert answer.status_code == 303
        assert answer.headers["Location"] == BACK.replace("{CHECKOUT_SESSION_ID}", session.id)
        done = world.v1.checkout.sessions.retrieve(
            session.id, {"expand": ["setup_intent.payment_method"]}
        )
        assert done.status == "complete"
        assert isinstance(done.setup_intent, stripe.SetupIntent)
        method = done.setup_intent.payment_method
        assert isinstance(method, stripe.PaymentMethod)
        assert method.customer == customer.id
        assert method.card is not None
        assert (method.card.last4, method.card.exp_month, method.card.exp_year) == (
            "4242",
            12,
            2034,
        )
        assert in_order(
            ["setup_intent.succeeded", "checkout.session.completed"], world.event_types()
        )

    def test_declined_card_says_so_and_can_be_tried_again(self, world: World) -> None:
        customer = world.ada(None)
        session = checkout(world, customer)
        refused = BROWSER.post(str(session.url), data={"number": "4000000000000002"})
        assert refused.status_code == 402
        assert "Your card was declined." in refused.text
        assert world.v1.checkout.sessions.retrieve(session.id).status == "open"
        assert BROWSER.post(str(session.url), data={"card": "mastercard"}).status_code == 303
        assert cards_of(world, customer) == ["4444"]

    @pytest.mark.parametrize(("answer", "status"), [("pass", "complete"), ("fail", "open")])
    def test_3d_secure_card_is_saved_once_the_bank_agrees(
        self, world: World, answer: str, status: str
    ) -> None:
        customer = world.ada(None)
        session = checkout(world, customer)
        asked = BROWSER.post(str(session.url), data={"number": "4000002500003155"})
        bank = httpx.URL(str(session.url)).join(asked.headers["Location"])
        page = BROWSER.get(bank)
        assert "Authenticate" in page.text
        BROWSER.post(bank, data={"answer": answer})
        assert world.v1.checkout.sessions.retrieve(session.id).status == status
        assert cards_of(world, customer) == (["3155"] if answer == "pass" else [])

    def test_card_that_was_authenticated_once_pays_afterwards(self, world: World) -> None:
        customer = world.ada(None)
        session = checkout(world, customer)
        asked = BROWSER.post(str(session.url), data={"number": "4000002500003155"})
        BROWSER.post(
            httpx.URL(str(session.url)).join(asked.headers["Location"]), data={"answer": "pass"}
        )
        method = world.v1.customers.payment_methods.list(customer.id).data[0]
        world.v1.customers.update(
            customer.id, {"invoice_settings": {"default_payment_method": method.id}}
        )
        assert world.subscribe(customer, world.flat(), 5).status == "active"

    def test_unknown_number_is_explained(self, world: World) -> None:
        session = checkout(world, world.ada(None))
        answer = BROWSER.post(str(session.url), data={"number": "1234"})
        assert "That is not a test card number." in answer.text

    def test_needs_a_currency(self, world: World) -> None:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            world.v1.checkout.sessions.create({"mode": "setup", "success_url": BACK})
        assert refused.value.param == "currency"

    def test_expired_session_takes_no_card(self, world: World) -> None:
        customer = world.ada(None)
        session = checkout(world, customer)
        address = str(session.url)
        world.v1.checkout.sessions.expire(session.id)
        assert "expired" in BROWSER.post(address, data={"card": "visa"}).text
        assert cards_of(world, customer) == []


class TestInvoicePage:
    def test_shows_its_lines_and_takes_another_card(self, world: World) -> None:
        sub = world.subscribe(world.ada("pm_card_chargeCustomerFail"), world.flat(), 5)
        address = str(world.latest(sub).hosted_invoice_url)
        page = BROWSER.get(address).text
        assert "5 × Seat (at 10.00 USD / month)" in page
        assert "Pay 50.00 USD" in page
        paid = BROWSER.post(address, data={"card": "visa"}, follow_redirects=True)
        assert "Paid" in paid.text
        assert world.sub(sub).status == "active"

    def test_pdf_is_one(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.graduated(), 60)
        answer = BROWSER.get(str(world.latest(sub).invoice_pdf))
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-1.4")
        assert answer.content.rstrip().endswith(b"%%EOF")
        start = int(answer.content.split(b"startxref\n")[1].split(b"\n")[0])
        assert answer.content[start : start + 4] == b"xref"
        assert b"Tier 3" in answer.content

    def test_names_are_escaped(self, world: World) -> None:
        customer = world.ada(name="<script>alert(1)</script>")
        sub = world.subscribe(customer, world.flat(), 1)
        page = BROWSER.get(str(world.latest(sub).hosted_invoice_url)).text
        assert "<script>" not in page
        assert "&lt;script&gt;" in page


class TestPortal:
    def portal(self, world: World, customer: stripe.Customer) -> str:
        session = world.v1.billing_portal.sessions.create(
            {"customer": customer.id, "return_url": "http://127.0.0.1:1/billing"}
        )
        return session.url

    def test_lists_cards_and_invoices_and_leads_back(self, world: World) -> None:
        customer = world.ada()
        world.subscribe(customer, world.flat(), 5)
        page = BROWSER.get(self.portal(world, customer)).text
        for text in ("Visa ending in 4242", "Default", "50.00 USD", "http://127.0.0.1:1/billing"):
            assert text in page

    def test_adds_makes_default_and_removes(self, world: World) -> None:
        customer = world.ada()
        address = self.portal(world, customer)
        assert BROWSER.post(f"{address}/add", data={"card": "mastercard"}).status_code == 303
        assert sorted(cards_of(world, customer)) == ["4242", "4444"]
        new, old = world.v1.customers.payment_methods.list(customer.id).data
        BROWSER.post(f"{address}/default", data={"payment_method": new.id})
        settings = world.v1.customers.retrieve(customer.id).invoice_settings
        assert settings is not None
        assert settings.default_payment_method == new.id
        BROWSER.post(f"{address}/remove", data={"payment_method": old.id})
        assert cards_of(world, customer) == ["4444"]

    def test_first_card_becomes_the_default(self, world: World) -> None:
        customer = world.ada(None)
        BROWSER.post(f"{self.portal(world, customer)}/add", data={"card": "visa"})
        settings = world.v1.customers.retrieve(customer.id).invoice_settings
        assert settings is not None
        assert settings.default_payment_method is not None

    def test_card_that_the_bank_asks_about_is_saved_after_its_answer(self, world: World) -> None:
        customer = world.ada(None)
        address = self.portal(world, customer)
        asked = BROWSER.post(f"{address}/add", data={"number": "4000002500003155"})
        bank = httpx.URL(address).join(asked.headers["Location"])
        answered = BROWSER.post(bank, data={"answer": "pass"})
        assert httpx.URL(address).join(answered.headers["Location"]) == httpx.URL(address)
        assert cards_of(world, customer) == ["3155"]

    def test_declined_card_is_not_saved(self, world: World) -> None:
        customer = world.ada(None)
        address = self.portal(world, customer)
        answer = BROWSER.post(f"{address}/add", data={"number": "4000000000000002"})
        assert (answer.status_code, "declined" in answer.text) == (402, True)
        assert cards_of(world, customer) == []

    def test_touches_nobody_elses_cards(self, world: World) -> None:
        ada, cleo = world.ada(), world.ada(name="Cleo")
        card = world.v1.customers.payment_methods.list(cleo.id).data[0].id
        BROWSER.post(f"{self.portal(world, ada)}/remove", data={"payment_method": card})
        assert cards_of(world, cleo) == ["4242"]


class TestReturn:
    def test_payment_leads_back_after_the_bank(self, world: World) -> None:
        customer = world.ada("pm_card_authenticationRequired")
        card = world.v1.customers.payment_methods.list(customer.id).data[0]
        intent = world.v1.payment_intents.create(
            {
                "amount": 500,
                "currency": "usd",
                "customer": customer.id,
                "payment_method": card.id,
                "confirm": True,
                "return_url": "http://127.0.0.1:1/back?a=b",
            }
        )
        assert intent.next_action is not None
        assert intent.next_action.redirect_to_url is not None
        bank = str(intent.next_action.redirect_to_url.url)
        answered = BROWSER.post(bank, data={"answer": "pass"})
        assert answered.headers["Location"] == (
            f"http://127.0.0.1:1/back?a=b&payment_intent={intent.id}&redirect_status=succeeded"
        )


class TestFrame:
    def test_every_page_says_that_no_money_moves_and_loads_nothing(
        self, world: World, sandbox: Sandbox
    ) -> None:
        customer = world.ada()
        sub = world.subscribe(customer, world.flat(), 5)
        portal = world.v1.billing_portal.sessions.create({"customer": customer.id}).url
        addresses = [
            f"{sandbox.url}/",
            str(checkout(world, customer).url),
            str(world.latest(sub).hosted_invoice_url),
            portal,
        ]
        for address in addresses:
            answer = BROWSER.get(address)
            assert answer.status_code == 200
            assert "Sandbox: no real money moves" in answer.text
            assert 'name="viewport"' in answer.text
            assert "src=" not in answer.text
            assert "<link" not in answer.text

    @pytest.mark.parametrize("path", ["/i/none", "/c/none", "/p/none", "/authenticate/none"])
    def test_lost_links_are_404(self, sandbox: Sandbox, path: str) -> None:
        assert BROWSER.get(f"{sandbox.url}{path}").status_code == 404

    def test_first_page_counts_what_is_there(self, world: World, sandbox: Sandbox) -> None:
        world.clock(JANUARY)
        page = BROWSER.get(f"{sandbox.url}/").text
        assert '<th>Test clocks</th><td class="amount">1</td>' in page
