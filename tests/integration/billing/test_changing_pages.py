"""The pages and the API by which a subscription is changed."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tenancy import organization_context
from billing.domain.period import Interval
from billing.models import Purchase, ScheduledChange, Subscription
from tests.integration.billing.conftest import World, make_price
from tests.integration.billing.test_scheduled_changes import ANNUAL, plan_seats
from tests.support.people import make_api_key

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


@pytest.fixture
def ada(world: World) -> Client:
    client = Client()
    client.force_login(world.ada)
    return client


def page(client: Client, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(name, args=["acme", *args]), query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def post(client: Client, name: str, *args: Any, **data: Any) -> str:
    answer = client.post(reverse(name, args=["acme", *args]), data, follow=True)
    return " ".join(answer.content.decode().split())


def planned() -> ScheduledChange | None:
    return ScheduledChange.objects.planned().first()


class TestChangeSubscription:
    def test_says_what_other_seats_cost_at_the_renewal(self, ada: Client) -> None:
        shown = page(ada, "change_subscription", seats=8)
        # 8 x 10.00 instead of 10 x 10.00 + 2 x 8.00
        assert "€80.00" in shown
        assert "€116.00 with the seats of today" in shown

    def test_answers_the_stepper_with_the_figures_alone(self, ada: Client) -> None:
        answer = ada.get(
            reverse("change_subscription", args=["acme"]),
            {"seats": 8},
            headers={"hx-target": "seats-figures"},
        )
        assert b"<html" not in answer.content
        assert "€80.00" in answer.content.decode()

    def test_plans_shows_and_undoes(self, ada: Client, world: World) -> None:
        assert "12 → 8 seats" in post(ada, "change_seats", seats="8")
        assert "Next invoice €80.00 instead of €116.00." in page(ada, "seats")
        with organization_context(world.id):
            change = planned()
        assert change is not None
        assert "12 → 8 seats" not in post(ada, "undo_change", change.pk)
        with organization_context(world.id):
            assert planned() is None

    @pytest.mark.parametrize("seats", ["", "many", "0"])
    def test_plans_nothing_from_what_is_no_number_on_sale(
        self, ada: Client, world: World, seats: str
    ) -> None:
        post(ada, "change_seats", seats=seats)
        with organization_context(world.id):
            assert planned() is None

    def test_shows_what_a_year_saves_and_changes_to_it(self, ada: Client, world: World) -> None:
        annual = make_price(interval=Interval.YEAR, tiers=ANNUAL)
        # 12 x 116.00 = 1,392.00 against 1,113.60
        assert "A year at once saves €278.40 (20%)" in page(ada, "change_subscription")
        shown = page(ada, "change_price", annual.pk)
        assert "10 seats for a whole year" in shown
        quote = ada.get(reverse("change_price", args=["acme", annual.pk])).context["quote"]
        done = post(ada, "buy_seats", quote=quote.pk, total=quote.total_now_minor)
        assert "from now on" in done
        with organization_context(world.id):
            assert Purchase.objects.get().state == "provisioned"
            assert Subscription.objects.get().price_id == annual.pk

    def test_plans_a_price_for_the_renewal(self, ada: Client, world: World) -> None:
        annual = make_price(interval=Interval.YEAR, tiers=ANNUAL)
        post(ada, "plan_price", annual.pk)
        with organization_context(world.id):
            change = planned()
        assert change is not None
        assert change.price_to_id == annual.pk

    def test_cancels_after_saying_what_ends_when(self, ada: Client, world: World) -> None:
        assert "The rest of the period is not paid back." in page(ada, "cancel_subscription")
        assert "the subscription ends." in post(ada, "cancel_subscription", reason="too few people")
        with organization_context(world.id):
            change = planned()
        assert change is not None
        assert (change.kind, change.reason) == ("cancellation", "too few people")
        assert "The subscription goes on." in post(ada, "undo_change", change.pk)

    def test_is_mentioned_where_seats_are_added(self, ada: Client, world: World) -> None:
        plan_seats(world, 8)
        assert "Undoing that plan costs nothing." in page(ada, "add_seats", seats=1)


class TestApi:
    def call(self, world: World, method: str, path: str, **body: Any) -> Any:
        key = make_api_key(world.organization)
        return getattr(Client(), method)(
            f"/api/v1/organizations/acme/{path}",
            body,
            content_type="application/json",
            headers={"authorization": f"Bearer {key}"},
        )

    def test_plans_lists_and_undoes(self, world: World) -> None:
        made = self.call(world, "post", "changes", kind="seats", quantity=8)
        assert made.status_code == 201
        assert made.json()["state"] == "planned"
        listed = self.call(world, "get", "changes").json()
        (plan,) = listed["planned"]
        assert (listed["purchased_seats"], listed["next_term_seats"]) == (12, 8)
        assert (plan["next_invoice_minor"], plan["next_invoice_without_minor"]) == (8000, 11_600)
        undone = self.call(world, "post", f"changes/{made.json()['id']}/undo")
        assert undone.json()["state"] == "undone"
        again = self.call(world, "post", f"changes/{made.json()['id']}/undo")
        assert (again.status_code, again.json()["code"]) == (409, "nothing_to_undo")

    def test_plans_another_interval_and_the_end(self, world: World) -> None:
        annual = make_price(interval=Interval.YEAR, tiers=ANNUAL)
        priced = self.call(world, "post", "changes", kind="price", interval="year")
        assert priced.json()["price_to"] == annual.pk
        ended = self.call(world, "post", "changes", kind="cancellation", reason="a merger")
        assert ended.status_code == 201

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"kind": "seats"}, "quantity"),
            ({"kind": "price"}, "price"),
            ({"kind": "price", "plan": "nowhere"}, "price"),
            ({"kind": "seats", "quantity": 12}, "quantity"),
            ({"kind": "holiday"}, "kind"),
        ],
    )
    def test_names_the_field_at_fault(self, world: World, body: dict[str, Any], field: str) -> None:
        answer = self.call(world, "post", "changes", **body)
        assert answer.status_code in (400, 422)
        assert field in answer.content.decode()

    def test_quotes_a_year_at_once(self, world: World) -> None:
        annual = make_price(interval=Interval.YEAR, tiers=ANNUAL)
        quoted = self.call(world, "post", "quotes", quantity=12, interval="year").json()
        assert (quoted["kind"], quoted["price"]) == ("switch", annual.pk)
        # credit; 10 x 96.00; 2 x 76.80
        assert [line["amount_minor"] for line in quoted["lines"]][1:] == [96_000, 15_360]
