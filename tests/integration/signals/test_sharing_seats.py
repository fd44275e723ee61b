"""From a case over the people who are named to seats that are paid, and the label that follows."""

from datetime import UTC, date, datetime

import pytest
from rest_framework.test import APIClient

from accounts.models import HistoryEntry, Membership
from accounts.tenancy import organization_context
from signals.models import SharingCase, SharingLabel
from signals.services.sharing_scoring import score_organization
from tests.integration.billing.conftest import World, world
from tests.integration.billing.test_one_press import BUY, browser, fill, press, seated
from tests.support.people import make_api_key, make_membership
from tests.support.stripe import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process", "world"]

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

NOW = datetime(2026, 11, 6, 12, tzinfo=UTC)
EVIDENCE = [{"kind": "separate_homes", "amount": 2.0, "count": 2, "weight": 4.6}]


def case_of(world: World, member: Membership) -> SharingCase:
    with organization_context(world.id):
        return SharingCase.objects.create(
            organization_id=world.id,
            membership=member,
            opened_at=NOW,
            first_day=date(2026, 10, 9),
            last_day=date(2026, 11, 5),
            probability=0.93,
            at_least=3,
            about=3,
            step=3,
            evidence=EVIDENCE,
        )


def answers(world: World) -> list[tuple[str, bool]]:
    with organization_context(world.id):
        return list(SharingLabel.objects.order_by("pk").values_list("answer", "is_shared"))


class TestTheSeatsOfACase:
    def test_are_bought_for_the_people_named_and_confirm_that_it_was_shared(
        self, world: World
    ) -> None:
        fill(world, free=1)
        case = case_of(world, make_membership(world.organization, external_id="desk", name="Desk"))
        admin = browser(world)
        address = f"/o/acme/sharing/{case.pk}/people/"
        assert address in admin.get(f"/o/acme/sharing/{case.pk}/").text
        assert "at least 2 people work with this account" in admin.get(address).text
        refused = admin.post(address, {"people": "Ben Berg\n"})
        assert refused.status_code == 422
        assert "Give each line one email address: Ben Berg" in refused.text
        # Mia gets the free seat; Ben, who is new in the list, is bought for.
        mia = make_membership(world.organization, email="mia@acme.example", name="Mia")
        sent = admin.post(address, {"people": "Mia@acme.example\nBen Berg, ben@acme.example"})
        assert seated(world) == [mia.name]
        assert answers(world) == []
        page = admin.get(sent.headers["Location"]).text
        bought = admin.post(BUY, press(page, "and seat Ben Berg"))
        assert admin.get(bought.headers["Location"]).status_code == 200
        assert seated(world) == ["Mia", "Ben Berg"]
        assert answers(world) == [("seats_given", True)]
        with organization_context(world.id):
            entry = HistoryEntry.objects.get(verb="sharing_case_answered")
            assert SharingCase.objects.get().closed_by_label == entry.actor_label == "Ada"
        assert admin.post(address, {"people": "mia@acme.example"}).status_code == 422

    def test_that_came_another_way_are_seen_by_the_next_scoring(self, world: World) -> None:
        fill(world, free=1)
        desk = make_membership(world.organization, external_id="desk", name="Desk")
        case = case_of(world, desk)
        late = make_membership(world.organization, email="late@acme.example", name="Late")
        with organization_context(world.id):
            SharingCase.objects.filter(pk=case.pk).update(people=[late.pk])
        score_organization(organization_id=world.id, now=NOW)
        assert answers(world) == []
        browser(world).post(f"/o/acme/people/{late.pk}/assign/")
        assert seated(world) == ["Late"]
        score_organization(organization_id=world.id, now=NOW)
        assert answers(world) == [("seats_given", True)]


class TestTheGrowthOfAnAccount:
    def test_is_read_and_said_over_the_api(self, world: World) -> None:
        vendor = APIClient(headers={"Authorization": f"Bearer {make_api_key()}"})
        growth = "/api/v1/organizations/acme/growth"
        (first,) = vendor.get(growth).json()
        # The first purchase is no growth.
        assert (first["sequence"], first["pattern"], first["chosen_by"]) == (1, "unknown", "")
        one = f"{growth}/{first['id']}"
        assert vendor.put(one, {"pattern": "luck"}).status_code == 400
        assert vendor.put(one, {"pattern": "geographic"}).status_code == 204
        (said,) = vendor.get(growth).json()
        assert (said["pattern"], said["chosen_by"]) == ("geographic", "API key vendor")
        assert vendor.put(f"{growth}/0", {"pattern": "department"}).status_code == 404
