"""What each entry does to the seats of today and of the next term."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.ledger import (
    Balance,
    Cause,
    Entry,
    ImpossibleEntry,
    append,
    breaches,
    fold,
)
from tests.unit.billing.ledgers import START, ledgers, written
from tests.unit.billing.strategies import bounded


class TestAppend:
    @pytest.mark.parametrize(
        ("steps", "balance"),
        [
            ([(Cause.PURCHASE, 10)], Balance(10, 10)),
            ([(Cause.PURCHASE, 10), (Cause.PURCHASE, 5)], Balance(15, 15)),
            ([(Cause.PURCHASE, 20), (Cause.SCHEDULED_DECREASE, 15)], Balance(20, 15)),
            # the planned decrease of 5 survives the increase of 3
            (
                [(Cause.PURCHASE, 20), (Cause.SCHEDULED_DECREASE, 15), (Cause.PURCHASE, 3)],
                Balance(23, 18),
            ),
            (
                [(Cause.PURCHASE, 20), (Cause.SCHEDULED_DECREASE, 15), (Cause.RENEWAL, 0)],
                Balance(15, 15),
            ),
            ([(Cause.PURCHASE, 10), (Cause.RENEWAL, 0)], Balance(10, 10)),
            # an organization that leaves keeps no seat in the next term
            (
                [(Cause.PURCHASE, 10), (Cause.SCHEDULED_DECREASE, 0), (Cause.RENEWAL, 0)],
                Balance(0, 0),
            ),
            ([(Cause.PURCHASE, 10), (Cause.TRUE_UP_OVERAGE, 2)], Balance(12, 12)),
            ([(Cause.PURCHASE, 10), (Cause.TRUE_UP_REMOVAL, -3)], Balance(7, 7)),
            # the plan to keep 15 already covers the removal of 2, and not that of 7
            (
                [(Cause.PURCHASE, 20), (Cause.SCHEDULED_DECREASE, 15), (Cause.TRUE_UP_REMOVAL, -2)],
                Balance(18, 15),
            ),
            (
                [(Cause.PURCHASE, 20), (Cause.SCHEDULED_DECREASE, 15), (Cause.TRUE_UP_REMOVAL, -7)],
                Balance(13, 13),
            ),
            # a correction reverses a purchase completely, the planned decrease stays at 5
            (
                [
                    (Cause.PURCHASE, 20),
                    (Cause.SCHEDULED_DECREASE, 15),
                    (Cause.PURCHASE, 3),
                    (Cause.CORRECTION, -3),
                ],
                Balance(20, 15),
            ),
            # a planned increase is a target: buying 3 of the 5 leaves 2 for the renewal
            ([(Cause.PURCHASE, 10), (Cause.SCHEDULED_INCREASE, 15)], Balance(10, 15)),
            (
                [(Cause.PURCHASE, 10), (Cause.SCHEDULED_INCREASE, 15), (Cause.PURCHASE, 3)],
                Balance(13, 15),
            ),
            # and buying more than the target leaves nothing
            (
                [(Cause.PURCHASE, 10), (Cause.SCHEDULED_INCREASE, 15), (Cause.PURCHASE, 8)],
                Balance(18, 18),
            ),
            (
                [
                    (Cause.PURCHASE, 10),
                    (Cause.SCHEDULED_INCREASE, 15),
                    (Cause.TRUE_UP_REMOVAL, -2),
                ],
                Balance(8, 15),
            ),
            # the renewal itself grants none of the 5: they wait until it is paid
            (
                [(Cause.PURCHASE, 10), (Cause.SCHEDULED_INCREASE, 15), (Cause.RENEWAL, 0)],
                Balance(10, 15),
            ),
            (
                [
                    (Cause.PURCHASE, 10),
                    (Cause.SCHEDULED_INCREASE, 15),
                    (Cause.RENEWAL, 0),
                    (Cause.RENEWAL_INCREASE, 0),
                ],
                Balance(15, 15),
            ),
            # a switch begins a term of its own: what was planned for the old one is gone
            (
                [(Cause.PURCHASE, 10), (Cause.SCHEDULED_DECREASE, 6), (Cause.SWITCH, 2)],
                Balance(12, 12),
            ),
            (
                [(Cause.PURCHASE, 10), (Cause.SCHEDULED_INCREASE, 15), (Cause.SWITCH, 0)],
                Balance(10, 10),
            ),
            ([(Cause.PURCHASE, 10), (Cause.END, 0)], Balance(0, 0)),
            (
                [(Cause.PURCHASE, 10), (Cause.SCHEDULED_INCREASE, 15), (Cause.END, 0)],
                Balance(0, 0),
            ),
        ],
    )
    def test_derives_both_numbers(self, steps: list[tuple[Cause, int]], balance: Balance) -> None:
        assert written(*steps)[-1].balance == balance

    def test_derives_the_delta_of_a_renewal(self) -> None:
        *_, renewal = written(
            (Cause.PURCHASE, 20), (Cause.SCHEDULED_DECREASE, 15), (Cause.RENEWAL, 0)
        )
        assert renewal.seats_delta == -5

    @pytest.mark.parametrize(
        ("cause", "delta"),
        [
            (Cause.PURCHASE, 0),
            (Cause.PURCHASE, -1),
            (Cause.TRUE_UP_OVERAGE, -1),
            (Cause.TRUE_UP_REMOVAL, 0),
            (Cause.TRUE_UP_REMOVAL, 1),
            (Cause.TRUE_UP_REMOVAL, -11),  # more than the 10 there are
            (Cause.CORRECTION, 0),
            (Cause.CORRECTION, -11),
            (Cause.RENEWAL, 1),
            (Cause.RENEWAL_INCREASE, 0),  # nothing was planned
            (Cause.RENEWAL_INCREASE, 1),
            (Cause.SWITCH, -1),
            (Cause.END, -10),
        ],
    )
    def test_refuses_a_delta_against_its_cause(self, cause: Cause, delta: int) -> None:
        with pytest.raises(ImpossibleEntry):
            append(Balance(10, 10), cause, START, seats_delta=delta)

    @pytest.mark.parametrize(
        ("cause", "seats"), [(Cause.SCHEDULED_DECREASE, 11), (Cause.SCHEDULED_INCREASE, 9)]
    )
    def test_refuses_a_plan_against_its_cause(self, cause: Cause, seats: int) -> None:
        with pytest.raises(ImpossibleEntry, match=f"cannot plan {seats} seats beside 10"):
            append(Balance(10, 10), cause, START, next_term_seats=seats)

    def test_derives_the_delta_of_the_end(self) -> None:
        assert written((Cause.PURCHASE, 20), (Cause.END, 0))[-1].seats_delta == -20

    def test_lets_only_a_plan_name_the_next_term(self) -> None:
        with pytest.raises(ImpossibleEntry):
            append(Balance(10, 10), Cause.PURCHASE, START, seats_delta=1, next_term_seats=5)
        with pytest.raises(ImpossibleEntry):
            append(Balance(10, 10), Cause.SCHEDULED_DECREASE, START)


class TestFold:
    def test_starts_from_nothing(self) -> None:
        assert fold([]) == Balance(0, 0)

    @bounded
    @given(ledgers())
    def test_purchased_seats_are_the_sum_of_all_deltas(self, entries: list[Entry]) -> None:
        assert fold(entries).purchased_seats == sum(entry.seats_delta for entry in entries)

    @bounded
    @given(ledgers())
    def test_agrees_with_the_last_entry(self, entries: list[Entry]) -> None:
        assert fold(entries) == (entries[-1].balance if entries else Balance())

    @bounded
    @given(ledgers())
    def test_only_a_plan_lifts_the_next_term_above_today(self, entries: list[Entry]) -> None:
        planned = False
        for entry in entries:
            planned = planned or entry.cause is Cause.SCHEDULED_INCREASE
            assert min(entry.seats_after, entry.next_term_after) >= 0
            assert entry.next_term_after <= entry.seats_after or planned

    @bounded
    @given(ledgers(), st.integers(1, 30))
    def test_a_purchase_leaves_the_planned_decrease_as_it_was(
        self, entries: list[Entry], seats: int
    ) -> None:
        balance = fold(entries)
        after = append(balance, Cause.PURCHASE, START, seats_delta=seats).balance
        assert after.planned_decrease == balance.planned_decrease
        assert after.planned_increase == max(balance.planned_increase - seats, 0)


class TestBreaches:
    @bounded
    @given(ledgers())
    def test_finds_none_in_a_ledger_that_was_appended_to(self, entries: list[Entry]) -> None:
        assert breaches(entries) == ()

    @pytest.mark.parametrize(
        ("position", "change"),
        [
            (1, {"seats_after": 16}),
            (1, {"seats_delta": 6}),
            (1, {"next_term_after": 14}),
            (2, {"seats_after": 14, "next_term_after": 14}),
        ],
    )
    def test_finds_an_altered_entry(self, position: int, change: dict[str, int]) -> None:
        entries = written((Cause.PURCHASE, 10), (Cause.PURCHASE, 5), (Cause.RENEWAL, 0))
        entries[position] = replace(entries[position], **change)  # type: ignore[arg-type]
        assert position in [breach.position for breach in breaches(entries)]

    def test_finds_a_missing_entry(self) -> None:
        entries = written((Cause.PURCHASE, 10), (Cause.PURCHASE, 5), (Cause.PURCHASE, 1))
        del entries[1]
        (breach,) = breaches(entries)
        assert (breach.position, breach.stored.seats_after) == (1, 16)
        assert breach.expected is not None
        assert breach.expected.seats_after == 11

    def test_finds_an_entry_that_no_rule_permits(self) -> None:
        entries = written((Cause.PURCHASE, 10))
        entries[0] = replace(entries[0], seats_delta=-10)
        (breach,) = breaches(entries)
        assert breach.expected is None

    def test_permits_two_entries_in_the_same_moment(self) -> None:
        first, second = written((Cause.PURCHASE, 10), (Cause.PURCHASE, 5))
        assert breaches([first, replace(second, effective_at=first.effective_at)]) == ()

    def test_finds_time_running_backwards(self) -> None:
        entries = written((Cause.PURCHASE, 10), (Cause.PURCHASE, 5))
        entries[1] = replace(entries[1], effective_at=START - timedelta(days=1))
        (breach,) = breaches(entries)
        assert breach.position == 1
