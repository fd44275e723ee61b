"""What each entry does to the seats of today and of the next term."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.ledger import (
    Balance,
    Cause,
    DecreaseBelowAssigned,
    DecreaseBelowMinimum,
    Entry,
    ImpossibleEntry,
    append,
    breaches,
    cancel_decrease,
    fold,
    schedule_decrease,
)
from tests.unit.billing.strategies import bounded

START = datetime(2026, 4, 1, tzinfo=UTC)


def written(*steps: tuple[Cause, int]) -> list[Entry]:
    """A ledger from causes and their number: a delta, or the next term of a planned decrease."""
    entries: list[Entry] = []
    balance = Balance()
    for day, (cause, number) in enumerate(steps):
        at = START + timedelta(days=day)
        if cause is Cause.SCHEDULED_DECREASE:
            entry = append(balance, cause, at, next_term_seats=number)
        else:
            entry = append(balance, cause, at, seats_delta=number)
        entries.append(entry)
        balance = entry.balance
    return entries


@st.composite
def ledgers(draw: st.DrawFn) -> list[Entry]:
    """Any ledger that the rules permit, up to ten entries."""
    entries: list[Entry] = []
    balance = Balance()
    for day in range(draw(st.integers(0, 10))):
        at = START + timedelta(days=day)
        cause = draw(st.sampled_from(Cause))
        try:
            if cause is Cause.SCHEDULED_DECREASE:
                seats = draw(st.integers(0, balance.purchased_seats))
                entry = append(balance, cause, at, next_term_seats=seats)
            elif cause is Cause.RENEWAL:
                entry = append(balance, cause, at)
            else:
                entry = append(balance, cause, at, seats_delta=draw(st.integers(-30, 30)))
        except ImpossibleEntry:
            continue
        entries.append(entry)
        balance = entry.balance
    return entries


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
        ],
    )
    def test_refuses_a_delta_against_its_cause(self, cause: Cause, delta: int) -> None:
        with pytest.raises(ImpossibleEntry):
            append(Balance(10, 10), cause, START, seats_delta=delta)

    def test_lets_only_a_scheduled_decrease_name_the_next_term(self) -> None:
        with pytest.raises(ImpossibleEntry):
            append(Balance(10, 10), Cause.PURCHASE, START, seats_delta=1, next_term_seats=5)
        with pytest.raises(ImpossibleEntry):
            append(Balance(10, 10), Cause.SCHEDULED_DECREASE, START)


class TestScheduleDecrease:
    def test_waits_for_the_renewal(self) -> None:
        entry = schedule_decrease(Balance(20, 20), 12, START, minimum_seats=10, assigned_seats=12)
        assert (entry.seats_delta, entry.balance) == (0, Balance(20, 12))
        assert entry.balance.planned_decrease == 8

    def test_can_be_canceled(self) -> None:
        assert cancel_decrease(Balance(20, 12), START).balance == Balance(20, 20)

    def test_keeps_the_minimum_of_the_plan(self) -> None:
        with pytest.raises(DecreaseBelowMinimum, match="at least 10 seats") as caught:
            schedule_decrease(Balance(20, 20), 9, START, minimum_seats=10, assigned_seats=4)
        assert caught.value.floor == 10

    def test_keeps_the_assigned_seats(self) -> None:
        with pytest.raises(DecreaseBelowAssigned, match="12 seats are assigned"):
            schedule_decrease(Balance(20, 20), 11, START, minimum_seats=10, assigned_seats=12)

    def test_is_not_an_increase(self) -> None:
        with pytest.raises(ImpossibleEntry):
            schedule_decrease(Balance(20, 20), 21, START, minimum_seats=1, assigned_seats=0)


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
    def test_the_next_term_never_exceeds_today(self, entries: list[Entry]) -> None:
        for entry in entries:
            assert 0 <= entry.next_term_after <= entry.seats_after

    @bounded
    @given(ledgers(), st.integers(1, 30))
    def test_a_purchase_leaves_the_planned_decrease_as_it_was(
        self, entries: list[Entry], seats: int
    ) -> None:
        balance = fold(entries)
        after = append(balance, Cause.PURCHASE, START, seats_delta=seats).balance
        assert after.planned_decrease == balance.planned_decrease


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
