"""A minimum is said before the checkout, waived for one organization, noted where it is not."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Organization, User
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from billing.models import MinimumAbandoned, MinimumWaiver, Price
from billing.selectors.minimums import table_for
from billing.services.minimums import WaiverNotPossible, waive_minimum
from tests.integration.billing.conftest import make_price
from tests.support.people import make_membership, make_organization, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def price() -> Price:
    """Ten seats at least, in steps of two."""
    return make_price(minimum_seats=10, step=2)


@pytest.fixture
def acme(price: Price) -> Organization:
    organization = make_organization("acme", currency="EUR")
    make_membership(organization, user=make_user("ada"), role="owner")
    return organization


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{name}@example.com"))
    return client


def least(organization: Organization, price: Price, **later: float) -> int:
    with organization_context(organization.pk):
        return table_for(organization.pk, price, NOW + timedelta(**later)).minimum_seats


def waive(organization: Organization, price: Price, seats: int = 3) -> MinimumWaiver:
    return waive_minimum(
        organization_id=organization.pk,
        plan=price.plan,
        minimum_seats=seats,
        ends_at=NOW + timedelta(days=30),
        reason="A pilot of three",
        actor=SYSTEM,
        now=NOW,
    )


class TestAWaiver:
    def test_sells_from_the_next_whole_step_until_its_end(
        self, acme: Organization, price: Price
    ) -> None:
        waive(acme, price)
        # 3 in steps of 2
        assert (least(acme, price), least(acme, price, days=30)) == (4, 10)
        other = make_organization("other", currency="EUR")
        assert least(other, price) == 10

    def test_replaces_the_one_before(self, acme: Organization, price: Price) -> None:
        waive(acme, price)
        waive(acme, price, 8)
        assert least(acme, price) == 8

    def test_needs_a_reason_and_an_end_to_come(self, acme: Organization, price: Price) -> None:
        given = {"organization_id": acme.pk, "plan": price.plan, "actor": SYSTEM, "now": NOW}
        for wrong, about in (
            ({"minimum_seats": 0, "ends_at": NOW, "reason": "x"}, "minimum_seats"),
            ({"minimum_seats": 3, "ends_at": NOW, "reason": "x"}, "ends_on"),
            ({"minimum_seats": 3, "ends_at": NOW + timedelta(1), "reason": " "}, "reason"),
        ):
            with pytest.raises(WaiverNotPossible) as refusal:
                waive_minimum(**given, **wrong)  # type: ignore[arg-type]
            assert refusal.value.details["about"] == about


class TestThePages:
    OFFER = {"HX-Request": "true", "HX-Target": "offer"}

    def offer(self, seats: int) -> str:
        asked = {"plan": "team", "interval": "month", "seats": str(seats), "country": "DE"}
        return signed_in("ada").get("/o/acme/seats/start/", asked, headers=self.OFFER).text

    def test_say_the_minimum_and_note_who_needs_fewer(self, acme: Organization) -> None:
        assert "Sold from 10 seats on." in self.offer(10)
        assert "I need fewer seats" not in self.offer(10)
        assert "I need fewer seats" in self.offer(3)
        signed_in("ada").post(
            "/o/acme/seats/start/fewer/", {"plan": "team", "interval": "month", "seats": "3"}
        )
        with organization_context(acme.pk):
            left = MinimumAbandoned.objects.get()
        assert (left.wanted_seats, left.minimum_seats) == (3, 10)
        make_user("fin", vendor_role="finance")
        shown = signed_in("fin").get("/vendor/policies/minimums/").text
        assert "1 organization needed fewer seats than a plan sells" in shown

    def test_of_the_vendor_waive_it_and_end_the_waiver(
        self, acme: Organization, price: Price
    ) -> None:
        make_user("fin", vendor_role="finance")
        finance = signed_in("fin")
        finance.post(
            "/vendor/organizations/acme/minimum/waive/",
            {
                "plan": price.plan_id,
                "minimum_seats": 4,
                "ends_on": (NOW + timedelta(days=9)).date().isoformat(),
                "reason": "A pilot",
            },
        )
        assert "Sold from 4 seats on." in self.offer(4)
        with organization_context(acme.pk):
            waiver = MinimumWaiver.objects.get()
        assert "from 4 seats on" in finance.get("/vendor/organizations/acme/contract/").text
        finance.post(f"/vendor/minimum-waivers/{waiver.pk}/end/")
        assert least(acme, price) == 10
