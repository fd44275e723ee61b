"""Whatever happens in a quarter, its overage is that of a recount hour by hour."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from billing.domain.period import Period
from billing.domain.price_table import PriceTable, Scheme, Tier
from tests.support.recount import HOUR, Diary, naive_cents, naive_overage, naive_price
from trueups.domain.activity import active_spans, overlap
from trueups.domain.high_water import Change, Span, day_mark, high_water
from trueups.domain.lines import Holding, propose
from trueups.domain.terms import Activity

START = datetime(2026, 3, 27, tzinfo=UTC)
HOURS = 6 * 24  # a quarter of six days, and two days of review
TIERS: list[tuple[int | None, int]] = [(4, 1_003), (7, 811), (None, 599)]
TABLE = PriceTable(
    scheme=Scheme.GRADUATED, currency="EUR", tiers=tuple(Tier(up, unit) for up, unit in TIERS)
)


@st.composite
def diaries(draw: st.DrawFn) -> Diary:
    """Up to six people who come and go, days of activity, and seats bought and given back."""
    diary = Diary(bought=[(START - HOUR, draw(st.integers(1, 4)))])
    for person in range(draw(st.integers(0, 6))):
        moments = sorted(draw(st.sets(st.integers(-48, HOURS + 24), max_size=5)))
        spells = []
        for first, last in zip(moments[::2], [*moments[1::2], None], strict=False):
            spells.append((START + first * HOUR, None if last is None else START + last * HOUR))
        diary.seated[person] = spells
        diary.active[person] = {
            (START + timedelta(days=day)).date()
            for day in draw(st.sets(st.integers(-4, 7), max_size=5))
        }
    level = diary.bought[0][1]
    for at in sorted(draw(st.lists(st.integers(0, HOURS + 48), max_size=4))):
        seats = draw(st.integers(-level, 3))
        level += seats
        diary.bought.append((START + at * HOUR, seats))
    return diary


def spans_of(diary: Diary, activity: Activity | None) -> list[Span]:
    seats = [(person, Span(*spell)) for person, spells in diary.seated.items() for spell in spells]
    if activity is None:
        return [span for _person, span in seats]
    return [
        part
        for person, span in seats
        for part in overlap(span, active_spans(diary.active[person], activity))
    ]


class TestRecount:
    @settings(max_examples=150)
    @given(
        diary=diaries(),
        flexible=st.booleans(),
        window=st.integers(1, 4),
        least=st.integers(1, 2),
        later=st.integers(0, 48),
        removals=st.integers(0, 3),
        share=st.fractions(0, 1, max_denominator=365),
        discount=st.sampled_from([0, 1_500]),
    )
    def test_agrees_for_any_order_of_events(
        self,
        diary: Diary,
        flexible: bool,
        window: int,
        least: int,
        later: int,
        removals: int,
        share: Fraction,
        discount: int,
    ) -> None:
        least = min(least, window)
        end, now = START + HOURS * HOUR, START + (HOURS + later) * HOUR
        over = naive_overage(
            diary, start=START, end=end, now=now, flexible=flexible, window=window, least=least
        )
        counted = high_water(
            spans_of(diary, Activity(window, least) if flexible else None),
            [Change(at, seats) for at, seats in diary.bought],
            Period(START, end),
            now,
        )
        assert counted.overage == over

        held = diary.purchased(now)
        holding = Holding(TABLE, held, baseline=0, share=share, discount_basis_points=discount)
        top = held + over if share else held
        left = max(top - removals, 1)
        paid = share * Fraction(10_000 - discount, 10_000)
        expected = naive_cents((naive_price(TIERS, held + over) - naive_price(TIERS, held)) * paid)
        if left < top and held + over:
            expected += naive_cents((naive_price(TIERS, left) - naive_price(TIERS, top)) * paid)
        lines = propose(holding, counted.overage, removals)
        assert sum(line.amount_minor for line in lines) == expected

    @given(diary=diaries(), day=st.integers(0, 5))
    def test_the_marks_of_a_day_are_those_of_its_hours(self, diary: Diary, day: int) -> None:
        first = START + timedelta(days=day)
        mark = day_mark(
            spans_of(diary, None),
            [Change(at, seats) for at, seats in diary.bought],
            Period(first, first + timedelta(days=1)),
        )
        hours = [first + n * HOUR for n in range(24)]
        used = [sum(diary.sits(person, at) for person in diary.seated) for at in hours]
        over = [max(n - diary.purchased(at), 0) for n, at in zip(used, hours, strict=True)]
        assert (mark.assigned_high, mark.overage_high) == (max(used), max(over))
        assert mark.purchased_at_end == diary.purchased(hours[-1])
