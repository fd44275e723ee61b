"""The pages of starting a subscription, as a browser uses them."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.tenancy import organization_context
from billing.models import BillingAccount, Subscription, SubscriptionStart
from tests.integration.billing.test_starting import Newcomer, tax
from tests.support.stripe import Sandbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

PAGE = "/o/acme/seats/start/"
PAYER = {
    "payer_name": "Acme GmbH",
    "payer_email": "billing@acme.example",
    "line1": "Hauptstr. 1",
    "city": "Berlin",
    "postal_code": "10115",
    "country": "DE",
    "vat_id": "",
}


class Browser:
    """Ada's browser."""

    def __init__(self, acme: Newcomer) -> None:
        self.acme = acme
        self.client = Client()
        self.client.force_login(acme.ada)

    def get(self, address: str = PAGE, **query: str) -> str:
        answer = self.client.get(address, query)
        assert answer.status_code == 200, answer.content.decode()[:2000]
        return answer.content.decode()

    def choose(self, **given: Any) -> Any:
        """Send the form as the page shows it."""
        html = self.get(PAGE, plan="team", seats=given.get("seats", "12"), **self.country(given))
        hidden = dict(re.findall(r'name="(due|key)" value="([^"]+)"', html))
        data = {"plan": "team", "interval": "month", "seats": "12", **PAYER, **hidden, **given}
        return self.client.post(f"{PAGE}choose/", data)

    def country(self, given: dict[str, Any]) -> dict[str, str]:
        return {"country": given.get("country", "DE"), "vat_id": given.get("vat_id", "")}


@pytest.fixture
def ada(sandbox: Sandbox, transactional_db: None) -> Browser:
    return Browser(Newcomer(sandbox))


class TestThePage:
    def test_is_offered_where_there_is_no_subscription(self, ada: Browser) -> None:
        assert PAGE in ada.get("/o/acme/seats/")

    def test_shows_exact_figures_that_follow_the_choice(self, ada: Browser) -> None:
        tax("DE", 1900)
        part = ada.client.get(
            PAGE,
            {"plan": "team", "interval": "month", "seats": "12", "country": "DE"},
            headers={"HX-Request": "true", "HX-Target": "offer"},
        ).content.decode()
        # 116.00 and 22.04 of tax
        assert "138.04" in part
        assert "22.04" in part
        assert "<html" not in part

    def test_says_which_numbers_are_on_sale(self, ada: Browser) -> None:
        html = ada.get(PAGE, plan="team", seats="0")
        assert "This plan starts at 1 seats." in html

    def test_leads_to_the_subscription_where_there_is_one(self, ada: Browser) -> None:
        ada.acme.card()
        ada.acme.start()
        assert ada.client.get(PAGE).headers["Location"] == "/o/acme/seats/"


class TestChoosing:
    def test_with_a_card_on_file_starts_at_once(self, ada: Browser) -> None:
        ada.acme.card()
        answer = ada.choose()
        assert answer.status_code == 302
        assert "Your subscription has started" in ada.get(answer.headers["Location"])
        assert ada.acme.seats() == 12

    def test_without_a_card_goes_to_stripes_page_and_starts_on_the_way_back(
        self, ada: Browser
    ) -> None:
        answer = ada.choose()
        assert answer.headers["Location"].startswith(ada.acme.sandbox.url)
        with organization_context(ada.acme.id):
            start = SubscriptionStart.objects.get()
        progress = f"{PAGE}{start.pk}/"
        assert "One step is left: a card" in ada.get(progress)
        saved = ada.acme.sandbox.http.post(
            answer.headers["Location"],
            data={"number": "4242424242424242", "expiry": "12 / 34", "cvc": "123", "name": "Ada"},
        )
        back = saved.headers["location"].replace("http://testserver", "")
        assert ada.client.get(back).headers["Location"] == progress
        assert "Your subscription has started" in ada.get(progress)
        assert ada.acme.seats() == 12

    def test_twice_is_one_start(self, ada: Browser) -> None:
        ada.acme.card()
        html = ada.get(PAGE, plan="team", seats="12", country="DE")
        hidden = dict(re.findall(r'name="(due|key)" value="([^"]+)"', html))
        data = {"plan": "team", "interval": "month", "seats": "12", **PAYER, **hidden}
        first, second = (ada.client.post(f"{PAGE}choose/", data) for _ in range(2))
        assert first.headers["Location"] == second.headers["Location"]
        assert len(ada.acme.subscriptions_at_stripe()) == 1
        with organization_context(ada.acme.id):
            assert Subscription.objects.count() == 1

    def test_at_another_total_asks_again(self, ada: Browser) -> None:
        answer = ada.choose(due="1")
        assert answer.status_code == 422
        assert "It is 116.00" in answer.content.decode()

    def test_refuses_a_vat_id_of_another_country_beside_its_field(self, ada: Browser) -> None:
        answer = ada.choose(vat_id="FR83404833048")
        assert answer.status_code == 422
        assert "This is not a VAT id of the country above." in answer.content.decode()

    def test_keeps_who_pays(self, ada: Browser) -> None:
        ada.acme.card()
        ada.choose()
        with organization_context(ada.acme.id):
            account = BillingAccount.objects.get()
        assert (account.payer_name, account.city, account.country) == ("Acme GmbH", "Berlin", "DE")

    def test_with_a_card_that_is_declined_says_so_and_offers_another(self, ada: Browser) -> None:
        ada.acme.card("pm_card_chargeCustomerFail")
        answer = ada.choose()
        html = ada.get(answer.headers["Location"])
        assert "The subscription did not start" in html
        assert "Use another card" in html

    def test_may_be_given_up_while_it_waits_for_a_card(self, ada: Browser) -> None:
        ada.choose()
        with organization_context(ada.acme.id):
            start = SubscriptionStart.objects.get()
        ada.client.post(f"{PAGE}{start.pk}/withdraw/")
        assert "You chose something else since" in ada.get(f"{PAGE}{start.pk}/")
