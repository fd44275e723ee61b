"""What overage costs and removal gives back, where it stops, and how it is rounded."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.price_table import PriceTable, Scheme, Tier
from trueups.domain.arithmetic import arithmetic
from trueups.domain.lines import (
    Effect,
    Holding,
    Kind,
    NotForSale,
    credit_per_person,
    propose,
)

# 100.00 a year each; 10 at 100, the next 40 at 80, the rest at 60; 10 for 1200, then 900 each.
HUNDRED = PriceTable(scheme=Scheme.FLAT, currency="EUR", tiers=(Tier(None, 10_000),))
GRADUATED = PriceTable(
    scheme=Scheme.GRADUATED,
    currency="EUR",
    tiers=(Tier(10, 10_000), Tier(50, 8_000), Tier(None, 6_000)),
)
CLIFF = PriceTable(
    scheme=Scheme.VOLUME, currency="EUR", tiers=(Tier(10, 12_000), Tier(None, 9_000))
)
# Packages of five.
FIVES = PriceTable(
    scheme=Scheme.FLAT, currency="EUR", tiers=(Tier(None, 10_000),), minimum_seats=5, step=5
)
HALF = Fraction(1, 2)


def holding(purchased: int = 100, **given: Any) -> Holding:
    fields: dict[str, Any] = {"table": HUNDRED, "baseline": 0, "share": HALF} | given
    return Holding(purchased=purchased, **fields)


def told(lines: Any) -> list[tuple[str, str, int, int, int]]:
    return [
        (line.kind.value, line.effect.value, line.seats_from, line.seats_to, line.amount_minor)
        for line in lines
    ]


class TestPublicRule:
    def test_charges_750_0_250_0(self) -> None:
        # 100 seats at 100 a year; maxima 110, 105, 120, 120; 3, 2, 1, 0 quarters of 4 remain.
        level, charged = 100, []
        for most, left in zip((110, 105, 120, 120), (3, 2, 1, 0), strict=True):
            over = max(most - level, 0)
            lines = propose(holding(level, share=Fraction(left, 4)), over)
            charged.append(sum(line.amount_minor for line in lines))
            level += sum(line.seats_delta for line in lines if line.effect is Effect.NOW)
        assert charged == [75_000, 0, 25_000, 0]


class TestOverage:
    def test_is_priced_by_its_tiers(self) -> None:
        # From 48 to 53: two at 80 and three at 60 are 340, half of it 170.
        lines = propose(holding(48, table=GRADUATED), 5)
        assert told(lines) == [("overage", "now", 48, 53, 17_000)]

    def test_is_reduced_by_the_discount_and_rounded_once(self) -> None:
        # 3 x 100.00 x 1/7 x 0.85 = 36.42857...
        lines = propose(holding(share=Fraction(1, 7), discount_basis_points=1_500), 3)
        assert lines[0].amount_minor == 3_643
        assert lines[0].exact == Fraction(30_000 * 85, 700)

    def test_half_a_cent_is_rounded_up(self) -> None:
        table = PriceTable(scheme=Scheme.FLAT, currency="EUR", tiers=(Tier(None, 1),))
        assert propose(holding(table=table), 1)[0].amount_minor == 1
        assert propose(holding(102, table=table), 0, 1)[0].amount_minor == -1

    def test_with_nothing_left_of_the_term_changes_nothing(self) -> None:
        lines = propose(holding(share=Fraction(0)), 7)
        assert told(lines) == [("overage", "nothing", 100, 107, 0)]

    def test_never_credits_where_more_seats_cost_less(self) -> None:
        # 10 cost 1,200, 11 cost 990.
        assert told(propose(holding(10, table=CLIFF), 1)) == [("overage", "now", 10, 11, 0)]

    def test_is_sold_in_whole_steps(self) -> None:
        assert told(propose(holding(table=FIVES), 1)) == [("overage", "now", 100, 105, 25_000)]

    def test_beyond_the_price_is_refused(self) -> None:
        table = PriceTable(
            scheme=Scheme.FLAT, currency="EUR", tiers=(Tier(None, 10_000),), maximum_seats=104
        )
        with pytest.raises(NotForSale) as refused:
            propose(holding(table=table), 5)
        assert (refused.value.seats, refused.value.maximum) == (105, 104)

    def test_there_is_no_line_without_it(self) -> None:
        assert propose(holding(), 0) == ()


class TestRemoval:
    def test_starts_from_the_seats_that_overage_leads_to(self) -> None:
        # 10 over: 500. 3 of them go: 150 back.
        lines = propose(holding(baseline=100), 10, 3)
        assert told(lines) == [
            ("overage", "now", 100, 110, 50_000),
            ("removal", "now", 110, 107, -15_000),
        ]

    def test_stops_at_the_commitment_and_goes_on_at_the_renewal(self) -> None:
        lines = propose(holding(102, baseline=100), 0, 5)
        assert told(lines) == [
            ("removal", "now", 102, 100, -10_000),
            ("removal", "renewal", 100, 97, 0),
        ]

    def test_below_the_commitment_credits_nothing(self) -> None:
        assert told(propose(holding(baseline=100), 0, 2)) == [("removal", "renewal", 100, 98, 0)]

    def test_never_goes_below_the_plans_minimum(self) -> None:
        table = PriceTable(
            scheme=Scheme.FLAT, currency="EUR", tiers=(Tier(None, 10_000),), minimum_seats=8
        )
        lines = propose(holding(10, table=table, baseline=9), 0, 6)
        assert told(lines) == [
            ("removal", "now", 10, 9, -5_000),
            ("removal", "renewal", 9, 8, 0),
        ]

    def test_at_the_minimum_takes_nothing(self) -> None:
        table = PriceTable(
            scheme=Scheme.FLAT, currency="EUR", tiers=(Tier(None, 10_000),), minimum_seats=10
        )
        assert propose(holding(10, table=table), 0, 6) == ()

    def test_with_nothing_left_of_the_term_waits_for_the_renewal(self) -> None:
        lines = propose(holding(share=Fraction(0)), 10, 3)
        assert told(lines) == [
            ("overage", "nothing", 100, 110, 0),
            ("removal", "renewal", 100, 97, 0),
        ]

    def test_never_charges_where_fewer_seats_cost_more(self) -> None:
        assert told(propose(holding(11, table=CLIFF), 0, 1)) == [("removal", "now", 11, 10, 0)]

    def test_gives_back_whole_steps_only(self) -> None:
        assert propose(holding(table=FIVES), 0, 4) == ()
        assert told(propose(holding(table=FIVES), 0, 7)) == [("removal", "now", 100, 95, -25_000)]

    def test_off_the_steps_stays_where_it_is(self) -> None:
        assert propose(holding(101, table=FIVES), 0, 1)[0].seats_to == 100

    @given(
        purchased=st.integers(1, 80),
        overage=st.integers(0, 20),
        removals=st.integers(0, 40),
        baseline=st.integers(0, 80),
        share=st.fractions(0, 1),
        table=st.sampled_from([HUNDRED, GRADUATED, CLIFF]),
    )
    def test_lines_follow_one_another_and_keep_the_floor(
        self, purchased: int, overage: int, removals: int, baseline: int, share: Fraction,
        table: PriceTable,
    ) -> None:  # fmt: skip
        held = holding(purchased, table=table, baseline=baseline, share=share)
        now = [line for line in propose(held, overage, removals) if line.effect is Effect.NOW]
        for before, after in pairwise(now):
            assert before.seats_to == after.seats_from
        for line in now:
            if line.kind is Kind.REMOVAL:
                assert line.seats_to >= min(baseline, line.seats_from)
                assert line.amount_minor <= 0
            else:
                assert line.amount_minor >= 0


class TestReturn:
    def test_brings_back_what_was_credited_to_the_cent(self) -> None:
        # 100.00 for three people: 33.34, 33.33, 33.33.
        assert credit_per_person(10_000, 3) == (3_334, 3_333, 3_333)
        assert credit_per_person(0, 0) == ()


class TestArithmetic:
    def test_says_every_tier_and_loses_nothing(self) -> None:
        line = propose(holding(48, table=GRADUATED, discount_basis_points=1_000), 5)[0]
        said = arithmetic(line, GRADUATED)
        assert said["from"]["total_minor"] == 10 * 10_000 + 38 * 8_000
        assert [(tier["seats"], tier["unit_minor"]) for tier in said["to"]["tiers"]] == [
            (10, 10_000), (40, 8_000), (3, 6_000),
        ]  # fmt: skip
        assert said["to"]["seats"] == 53
        assert said["difference_minor"] == 34_000
        assert (said["share"], said["discount_basis_points"]) == ("1/2", 1_000)
        # 340.00 x 1/2 x 0.9 = 153.00
        assert (said["exact"], said["amount_minor"]) == ("15300/1", 15_300)
        assert (said["scheme"], said["currency"]) == ("graduated", "EUR")
        assert said["to"]["tiers"][2] == {
            "tier": 3, "first": 51, "last": 53, "seats": 3, "unit_minor": 6_000, "flat_minor": 0,
            "amount_minor": 18_000,
        }  # fmt: skip
