"""`GET /api/v1/signals` and `GET /api/v1/tasks`."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from signals.services.scan import scan
from tests.integration.signals.world import World
from tests.support.people import make_api_key

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

NOW = timezone.now()


def get(path: str, key: str) -> Any:
    response = Client().get(path, headers={"Authorization": f"Bearer {key}"})
    assert response.status_code == 200, response.content
    return response.json()["results"]


@pytest.fixture
def worlds() -> list[World]:
    """Two organizations with every seat in use, and people without one."""
    made = [World(name, people=10) for name in ("lago", "aare")]
    for world in made:
        world.add_people(2, seated=False, department="Marketing")
        world.use(world.people, NOW - timedelta(days=1))
    scan(now=NOW)
    return made


class TestSignals:
    def test_of_all_organizations_are_shown_to_the_vendor(self, worlds: list[World]) -> None:
        found = get("/api/v1/signals?kind=utilization", make_api_key())
        assert {(s["organization"], s["band"]) for s in found} == {
            ("lago", "full"),
            ("aare", "full"),
        }

    def test_of_its_own_are_shown_to_an_organization(self, worlds: list[World]) -> None:
        found = get("/api/v1/signals", make_api_key(worlds[0].organization))
        assert {s["organization"] for s in found} == {"lago"}
        assert {s["kind"] for s in found} == {"utilization", "unseated"}

    def test_of_another_stay_hidden_when_they_are_asked_for(self, worlds: list[World]) -> None:
        assert get("/api/v1/signals?organization=aare", make_api_key(worlds[0].organization)) == []

    def test_keep_the_vendor_s_estimates_from_customers(self, worlds: list[World]) -> None:
        found = get("/api/v1/signals", make_api_key(worlds[0].organization))
        codes = {evidence["code"] for signal in found for evidence in signal["evidence"]}
        assert codes == {"seats_assigned", "seats_in_use", "active_unseated", "people_waiting"}


class TestTasks:
    def test_are_shown_to_the_vendor(self, worlds: list[World]) -> None:
        (task,) = get("/api/v1/tasks?organization=lago&state=open", make_api_key())
        assert (task["play"], task["owner"]) == ("add_seats", "max@example.com")

    def test_are_not_for_customers(self, worlds: list[World]) -> None:
        key = make_api_key(worlds[0].organization)
        response = Client().get("/api/v1/tasks", headers={"Authorization": f"Bearer {key}"})
        assert response.status_code == 403
