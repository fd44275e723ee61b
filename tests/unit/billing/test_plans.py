"""What a plan does to the next term, and which seats were paid in this one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.ledger import (
    Balance,
    Cause,
    Entry,
    append,
    fold,
    paid_quantity,
    plan_next_term,
)
from tests.unit.billing.ledgers import START, ledgers, written
from tests.unit.billing.strategies import bounded


class TestPlanNextTerm:
    @pytest.mark.parametrize(
        ("before", "seats", "cause"),
        [
            (Balance(20, 20), 12, Cause.SCHEDULED_DECREASE),
            (Balance(20, 20), 25, Cause.SCHEDULED_INCREASE),
            # another plan replaces the one there is
            (Balance(20, 25), 12, Cause.SCHEDULED_DECREASE),
            (Balance(20, 12), 25, Cause.SCHEDULED_INCREASE),
            # today's number takes either plan back, in its own words
            (Balance(20, 12), 20, Cause.SCHEDULED_DECREASE),
            (Balance(20, 25), 20, Cause.SCHEDULED_INCREASE),
            (Balance(20, 20), 20, Cause.SCHEDULED_DECREASE),
        ],
    )
    def test_waits_for_the_renewal(self, before: Balance, seats: int, cause: Cause) -> None:
        entry = plan_next_term(before, seats, START)
        assert (entry.cause, entry.seats_delta) == (cause, 0)
        assert entry.balance == Balance(20, seats)

    @pytest.mark.parametrize(("next_term", "fewer", "more"), [(12, 8, 0), (20, 0, 0), (25, 0, 5)])
    def test_says_how_large_the_plan_is(self, next_term: int, fewer: int, more: int) -> None:
        balance = Balance(20, next_term)
        assert (balance.planned_decrease, balance.planned_increase) == (fewer, more)


class TestPaidQuantity:
    """What the credit of the next change takes back, as Stripe debited it."""

    @pytest.mark.parametrize(
        ("steps", "paid"),
        [
            ([], 0),
            ([(Cause.PURCHASE, 12, 11_600)], 12),
            ([(Cause.PURCHASE, 12, 11_600), (Cause.PURCHASE, 8, 3200)], 20),
            # a dip without a credit keeps the 12 that were paid
            ([(Cause.PURCHASE, 12, 11_600), (Cause.TRUE_UP_REMOVAL, -4, 0)], 12),
            ([(Cause.PURCHASE, 12, 11_600), (Cause.CORRECTION, -4, 0)], 12),
            # coming back inside of it does not raise it, going beyond does
            (
                [(Cause.PURCHASE, 12, 9), (Cause.TRUE_UP_REMOVAL, -4, 0), (Cause.PURCHASE, 3, 0)],
                12,
            ),
            (
                [(Cause.PURCHASE, 12, 9), (Cause.TRUE_UP_REMOVAL, -4, 0), (Cause.PURCHASE, 7, 5)],
                15,
            ),
            # a credit gives the money back, so the seats are charged again
            ([(Cause.PURCHASE, 12, 11_600), (Cause.TRUE_UP_REMOVAL, -4, -1600)], 8),
            ([(Cause.PURCHASE, 12, 11_600), (Cause.CORRECTION, -4, -1600)], 8),
            # a correction that gives seats for nothing pays none, one that was charged does
            ([(Cause.PURCHASE, 12, 11_600), (Cause.CORRECTION, 3, 0)], 12),
            ([(Cause.PURCHASE, 12, 11_600), (Cause.CORRECTION, 3, 2400)], 15),
            ([(Cause.PURCHASE, 12, 11_600), (Cause.TRUE_UP_OVERAGE, 2, 1600)], 14),
            # plans pay nothing; a new term pays what it begins with
            ([(Cause.PURCHASE, 12, 9), (Cause.SCHEDULED_DECREASE, 8)], 12),
            ([(Cause.PURCHASE, 12, 9), (Cause.SCHEDULED_DECREASE, 8), (Cause.RENEWAL, 0, 9)], 8),
            ([(Cause.PURCHASE, 12, 9), (Cause.TRUE_UP_REMOVAL, -4, 0), (Cause.RENEWAL, 0, 9)], 8),
            ([(Cause.PURCHASE, 12, 9), (Cause.SCHEDULED_INCREASE, 20), (Cause.RENEWAL, 0, 9)], 12),
            (
                [
                    (Cause.PURCHASE, 12, 9),
                    (Cause.SCHEDULED_INCREASE, 20),
                    (Cause.RENEWAL, 0, 9),
                    (Cause.RENEWAL_INCREASE, 0, 0),
                ],
                20,
            ),
            ([(Cause.PURCHASE, 12, 9), (Cause.TRUE_UP_REMOVAL, -4, 0), (Cause.SWITCH, 1, 9)], 9),
            ([(Cause.PURCHASE, 12, 9), (Cause.END, 0)], 0),
        ],
    )
    def test_follows_the_money(
        self, steps: list[tuple[Cause, int] | tuple[Cause, int, int]], paid: int
    ) -> None:
        assert paid_quantity(written(*steps)) == paid

    @bounded
    @given(ledgers(), st.integers(1, 30))
    def test_a_purchase_is_paid(self, entries: list[Entry], seats: int) -> None:
        bought = append(fold(entries), Cause.PURCHASE, START, seats_delta=seats)
        assert paid_quantity([*entries, bought]) >= bought.seats_after
