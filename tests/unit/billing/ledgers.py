"""Ledgers that tests write step by step or draw."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from billing.domain.ledger import Balance, Cause, Entry, ImpossibleEntry, append

START = datetime(2026, 4, 1, tzinfo=UTC)


PLANS = (Cause.SCHEDULED_DECREASE, Cause.SCHEDULED_INCREASE)
DERIVED = (Cause.RENEWAL, Cause.RENEWAL_INCREASE, Cause.END)


def written(*steps: tuple[Cause, int] | tuple[Cause, int, int]) -> list[Entry]:
    """A ledger from causes and their number (a delta, or the next term of a plan), and amounts."""
    entries: list[Entry] = []
    balance = Balance()
    for day, (cause, number, *amount) in enumerate(steps):
        at = START + timedelta(days=day)
        cost = amount[0] if amount else 0
        if cause in PLANS:
            entry = append(balance, cause, at, next_term_seats=number)
        else:
            entry = append(balance, cause, at, seats_delta=number, amount_minor=cost)
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
            if cause in PLANS:
                seats = draw(st.integers(0, 2 * balance.purchased_seats))
                entry = append(balance, cause, at, next_term_seats=seats)
            elif cause in DERIVED:
                entry = append(balance, cause, at)
            else:
                entry = append(balance, cause, at, seats_delta=draw(st.integers(-30, 30)))
        except ImpossibleEntry:
            continue
        entries.append(entry)
        balance = entry.balance
    return entries
