"""Two at once on two connections: approvers, a withdrawal, a price that moves."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from accounts.errors import DomainError
from accounts.tenancy import organization_context
from billing.models import Purchase
from billing.services.purchases import purchase_seats
from procurement.models import ApprovalDecision, PurchaseRequest
from procurement.services.buying import carry_out
from procurement.services.requests import withdraw
from tests.integration.procurement.conftest import Company

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
State = PurchaseRequest.State


def at_once(*actions: Callable[[], object]) -> list[object]:
    """Run actions at the same moment, each on a connection of its own; return results or errors."""
    barrier = Barrier(len(actions))

    def run(action: Callable[[], object]) -> object:
        try:
            barrier.wait()
            return action()
        except DomainError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


class TestAtTheSameMoment:
    def test_two_approvers_make_one_decision_and_one_purchase(self, company: Company) -> None:
        asked = company.ask(17)

        def approve_and_buy(who: object) -> Callable[[], object]:
            def act() -> object:
                company.decide(asked, who)  # type: ignore[arg-type]
                return carry_out(
                    organization_id=company.id, request_id=asked.pk, now=timezone.now()
                )

            return act

        results = at_once(
            approve_and_buy(company.ben),
            approve_and_buy(company.eve),
            # The sweeper is there as well.
            lambda: carry_out(organization_id=company.id, request_id=asked.pk, now=timezone.now()),
        )
        assert sum(isinstance(result, DomainError) for result in results) == 1
        with organization_context(company.id):
            assert ApprovalDecision.objects.count() == 1
            assert Purchase.objects.count() == 1
        assert company.world.purchased_seats() == company.world.stripe_quantity() == 17

    def test_an_approval_and_a_withdrawal_leave_one_of_them(self, company: Company) -> None:
        asked = company.ask(17)
        results = at_once(
            lambda: company.decide(asked, company.ben),
            lambda: withdraw(
                organization_id=company.id,
                request_id=asked.pk,
                actor=company.world.actor,
                now=timezone.now(),
            ),
        )
        # Withdrawn before the decision refuses it; withdrawn after it takes the approval back.
        assert company.read(asked).state == State.WITHDRAWN
        assert not isinstance(results[1], DomainError)
        carry_out(organization_id=company.id, request_id=asked.pk, now=timezone.now())
        assert company.world.purchased_seats() == 12

    def test_seats_bought_while_it_is_carried_out_never_make_more_than_was_approved(
        self, company: Company
    ) -> None:
        asked = company.ask(17)
        company.decide(asked, company.ben)
        small = company.quote(13)
        at_once(
            lambda: carry_out(organization_id=company.id, request_id=asked.pk, now=timezone.now()),
            lambda: purchase_seats(
                organization_id=company.id,
                quote_id=small.pk,
                total_minor=small.total_now_minor,
                idempotency_key="small",
                actor=company.world.actor,
                now=timezone.now(),
            ),
        )
        found = company.read(asked)
        seats = company.world.purchased_seats()
        assert seats == company.world.stripe_quantity()
        assert (found.state, seats) in {
            (State.BOUGHT, 17),
            (State.SENT_BACK, 13),
            (State.APPROVED, 13),
        }
