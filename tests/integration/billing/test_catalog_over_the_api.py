"""Plans, drafts, prices and moves of subscribers over the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.domain.roles import StaffScope
from accounts.models import HistoryEntry
from accounts.tenancy import staff_context
from billing.models import Plan, PriceMove
from tests.integration.billing.conftest import World
from tests.support.people import make_api_key

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline"])
CATALOG = "/api/v1/catalog"


def client_of(key: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_price_is_drafted_published_and_its_subscribers_moved(world: World) -> None:
    vendor, own = client_of(make_api_key()), client_of(make_api_key(world.organization))
    first = world.subscription.price_id
    assert own.post(f"{CATALOG}/plans", {"name": "Studio"}).status_code == 403
    assert refused(vendor.post(f"{CATALOG}/plans", {"name": "Team"})) == (
        422,
        "plan_name_not_possible",
    )
    made = vendor.post(f"{CATALOG}/plans", {"name": "Studio"}).json()
    assert (made["code"], made["retired_at"]) == ("studio", None)
    with staff_context(user_id=0, scope=StaffScope.ALL):
        made_by = HistoryEntry.objects.get(verb="plan_created", object_id=str(made["id"]))
    assert made_by.actor_label == "API key vendor"

    asked = {"plan": "team", "currency": "EUR", "interval": "month", "name": "Simpler"}
    draft = vendor.post(f"{CATALOG}/drafts", asked).json()
    # It begins with what is on sale: ten at 10.00, forty at 8.00, the rest at 6.00.
    assert [tier["unit_amount_minor"] for tier in draft["tiers"]] == [1000, 800, 600]
    assert refused(vendor.post(f"{CATALOG}/drafts", asked)) == (409, "draft_name_taken")
    one = f"{CATALOG}/drafts/{draft['id']}"
    terms = {"revision": draft["revision"], "name": "Simpler", "scheme": "graduated"}
    gap = vendor.put(one, terms | {"tiers": [{"up_to": 10, "unit_amount_minor": 1}]}, "json")
    assert refused(gap) == (422, "invalid_tiers")
    assert gap.json()["remedy"]
    flat = {"tiers": [{"up_to": None, "unit_amount_minor": 1100}]}
    changed = vendor.put(one, terms | flat, "json").json()
    assert changed["revision"] == draft["revision"] + 1
    assert refused(vendor.put(one, terms | flat, "json")) == (409, "draft_changed_meanwhile")
    price = vendor.post(f"{one}/publish", {"revision": changed["revision"]}).json()
    assert (price["version"], price["subscribers"]) == (2, 0)
    assert vendor.get(one).json()["state"] == "published"
    assert refused(vendor.delete(one)) == (409, "draft_ended")

    moves = f"{CATALOG}/prices/{first}/moves"
    (line,) = vendor.get(moves).json()["lines"]
    # Twelve seats: ten at 10.00 and two at 8.00 before, twelve at 11.00 after.
    assert (line["before_minor"], line["after_minor"]) == (11_600, 13_200)
    nobody = vendor.post(moves, {"organizations": ["nobody"]}, "json")
    assert refused(nobody) == (422, "migration_not_possible")
    migration = vendor.post(
        moves, {"organizations": [world.organization.external_id]}, "json"
    ).json()
    assert (migration["to_price"], len(migration["moves"])) == (price["id"], 1)
    back = vendor.post(f"{CATALOG}/migrations/{migration['id']}/undo").json()
    assert back["moves"][0]["state"] in (PriceMove.State.WITHDRAWING, PriceMove.State.UNDONE)

    off = f"{CATALOG}/prices/{price['id']}/retire"
    assert vendor.post(off).json()["retired_at"]
    assert refused(vendor.post(off)) == (409, "not_on_sale_any_more")
    assert vendor.post(f"{CATALOG}/plans/{made['id']}/retire").json()["retired_at"]
    assert Plan.objects.get(pk=made["id"]).retired_at is not None
    assert vendor.post(f"{CATALOG}/plans/0/retire").status_code == 404
