"""What an admin does with seats: quote, buy, click again, twice at once, give up, assign."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from accounts.errors import DomainError
from accounts.tenancy import organization_context
from billing.models import Purchase, Quote
from billing.services.charging import cancel_purchase
from seats.models import SeatAssignment
from seats.services.seats import release_seat
from tests.fire.base import TROUBLE, BaseLife, amounts, deaths, dyings
from tests.fire.invariants import check_credit


class Buying(BaseLife):
    """Rules of buying and of giving seats to people."""

    @precondition(BaseLife.is_live)
    @rule(more=amounts)
    def quotes_seats(self, more: int) -> None:
        self.did("quote")
        made = self.attempt(lambda: self.one.quote(self.one.current().purchased_seats + more))
        if made is not None:
            self.quotes.append(made)
        self.check()

    @precondition(BaseLife.is_live)
    @rule(more=amounts, death=deaths)
    def buys_seats(self, more: int, death: int | None) -> None:
        self.did("buy")
        made = self.attempt(lambda: self.one.quote(self.one.current().purchased_seats + more))
        if made is not None:
            self._buy(made, death)
        self.check()

    @precondition(BaseLife.is_live)
    @rule(more=amounts, death=dyings)
    def buys_and_dies(self, more: int, death: int) -> None:
        self.did("buy and die")
        made = self.attempt(lambda: self.one.quote(self.one.current().purchased_seats + more))
        if made is not None:
            self._buy(made, death)
        self.check()

    @precondition(BaseLife.is_live)
    @rule(more=amounts, trouble=st.sampled_from(TROUBLE))
    def buys_while_stripe_is_in_trouble(self, more: int, trouble: dict[str, Any]) -> None:
        self.did("buy in trouble")
        made = self.attempt(lambda: self.one.quote(self.one.current().purchased_seats + more))
        self.trouble.append(trouble)
        if made is not None:
            self._buy(made, None)
        self.check()

    @precondition(lambda self: self.quotes)
    @rule(which=st.integers(min_value=0, max_value=9), death=deaths)
    def buys_with_an_earlier_quote(self, which: int, death: int | None) -> None:
        self.did("buy with an earlier quote")
        self._buy(self.quotes[which % len(self.quotes)], death)
        self.check()

    def _buy(self, quote: Quote, death: int | None) -> None:
        key = f"click-{random.Random(len(self.quotes)).randint(0, 9**9)}-{quote.pk}"
        self.last_bought = (quote, key)
        bought = self.attempt(lambda: self.one.buy(quote, key), death)
        if bought is not None:
            self.noted(f"bought: {bought.state} {bought.collection}")
            if bought.state == Purchase.State.PROVISIONED:
                check_credit(self.one, bought)
            self.asks_the_bank |= bought.state == Purchase.State.REQUIRES_ACTION

    @precondition(lambda self: self.last_bought is not None)
    @rule()
    def clicks_again(self) -> None:
        self.did("click again")
        assert self.last_bought is not None
        quote, key = self.last_bought
        self.attempt(lambda: self.one.buy(quote, key))
        self.check()

    @precondition(BaseLife.is_live)
    @rule(more=st.integers(min_value=1, max_value=20))
    def clicks_twice_at_once(self, more: int) -> None:
        self.did("two clicks at once")
        quote = self.attempt(lambda: self.one.quote(self.one.current().purchased_seats + more))
        if quote is None:
            return

        def click() -> Any:
            try:
                return self.one.buy(quote, f"double-{quote.pk}")
            except DomainError as refusal:
                return refusal
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            results = [pool.submit(click) for _ in range(2)]
            bought = [future.result() for future in results]
        found = {result.pk for result in bought if isinstance(result, Purchase)}
        assert len(found) <= 1
        self.check()

    @precondition(lambda self: self.asks_the_bank)
    @rule()
    def gives_up_the_confirmation(self) -> None:
        self.did("cancel the confirmation")
        with organization_context(self.one.id):
            waiting = Purchase.objects.filter(state=Purchase.State.REQUIRES_ACTION).first()
        if waiting is not None:
            self.attempt(
                lambda: cancel_purchase(
                    organization_id=self.one.id,
                    purchase_id=waiting.pk,
                    actor=self.one.actor,
                    now=self.one.now,
                )
            )
        self.check()

    @rule(person=st.integers(min_value=0, max_value=2))
    def seats_or_unseats_somebody(self, person: int) -> None:
        self.did("assign or release")
        member = self.one.people[person]
        with organization_context(self.one.id):
            seated = SeatAssignment.objects.filter(
                membership_id=member, during__endswith__isnull=True
            ).exists()
        if seated:
            self.attempt(
                lambda: release_seat(
                    organization_id=self.one.id,
                    membership_id=member,
                    actor=self.one.actor,
                    now=self.one.tick(),
                )
            )
        else:
            self.attempt(lambda: self.one.seat(member))
        self.check()
