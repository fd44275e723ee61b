"""Seats for certain people where an approval is needed: one press asks for it."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import organization_context
from procurement.models import PurchaseRequest
from procurement.services.buying import carry_out
from seats.services.waiting import move_on_waiting_list, withdraw_seat_request
from tests.integration.billing.test_one_press import BUY, fill, person, press, seated, waiting
from tests.integration.procurement.conftest import Company
from tests.support.people import make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def signed_in(company: Company, who: Membership) -> Client:
    client = Client()
    client.force_login(company.user(who))
    return client


def the_request() -> PurchaseRequest:
    return PurchaseRequest.objects.get()


class TestOnePress:
    def test_asks_with_the_quote_that_it_showed_and_says_so_on_both_sides(
        self, company: Company
    ) -> None:
        company.set_rules(bypass_minor=0)
        fill(company.world)
        mia = person(company.world, "Mia")
        with organization_context(company.id):
            mia.user = make_user("mia")
            mia.role, mia.state = "member", "active"
            mia.save()
        admin = signed_in(company, company.ada)
        page = f"/o/acme/people/{mia.pk}/seat/"
        form = press(admin.get(page).text, "Ask for approval of 1 seat for")
        answers = [admin.post(BUY, form)["Location"] for _press in range(2)]
        assert len(set(answers)) == 1
        with organization_context(company.id):
            asked = the_request()
        assert str(asked.quote_id) == form["quote"]
        assert asked.reason == "A seat for Mia."
        document = admin.get(answers[0]).text
        assert "When it is bought, they get a seat in this order:" in document
        assert f"/o/acme/people/{mia.pk}/" in document
        # What is ordered for Mia is not offered a second time.
        again = admin.get(page).text
        assert "Ada asked the approvers for the seat on" in again
        assert f'href="{answers[0]}"' in again
        assert "buy-for" not in again
        assert "R-1, waiting for approval" in admin.get("/o/acme/requests/").text
        member = signed_in(company, mia).get("/o/acme/ask/").text
        assert "Ada asked the approvers for the seat on" in member
        assert "R-1, waiting for approval." in member

    def test_once_approved_seats_exactly_those_it_was_for_in_their_order(
        self, company: Company
    ) -> None:
        company.set_rules(bypass_minor=0)
        fill(company.world)
        people = [person(company.world, name, asks=False) for name in ("Mia", "Bob", "Zoe")]
        query = "&".join(f"person={one.pk}" for one in people)
        admin = signed_in(company, company.ada)
        page = admin.get(f"/o/acme/people/bulk/?action=missing&{query}").text
        admin.post(BUY, press(page, "Ask for approval of 3 seats for"))
        # Somebody else is put first on the list meanwhile, and Bob needs no seat any more.
        eager = person(company.world, "Ann")
        common: dict[str, Any] = {
            "organization_id": company.id,
            "actor": company.world.actor,
            "now": timezone.now(),
        }
        move_on_waiting_list(membership_id=eager.pk, place=1, reason="Starts today", **common)
        withdraw_seat_request(membership_id=people[1].pk, **common)
        with organization_context(company.id):
            asked = the_request()
        approved = company.decide(asked, company.ben)
        done = carry_out(organization_id=company.id, request_id=approved.pk, now=timezone.now())
        assert done.state == PurchaseRequest.State.BOUGHT
        # Mia and Zoe, for whom it was; Bob's seat goes to the list.
        assert seated(company.world) == ["Mia", "Zoe", "Ann"]
        assert waiting(company.world) == []
