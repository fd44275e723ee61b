"""Curve and warnings of a price table, held against trying every quantity."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.price_design import (
    LARGEST_QUANTITY,
    CurvePoint,
    PriceWarning,
    Segment,
    WarningCode,
    curve,
    curve_at_bounds,
    curve_end,
    segments,
    warnings,
)
from billing.domain.pricing import PriceTable, Scheme, Tier, total_minor
from tests.unit.billing.strategies import FLAT, GRADUATED, VOLUME, bounded, price_tables


def graduated(*tiers: Tier, **limits: int) -> PriceTable:
    return PriceTable(Scheme.GRADUATED, "EUR", tiers, **limits)


def volume(*tiers: Tier, **limits: int) -> PriceTable:
    return PriceTable(Scheme.VOLUME, "EUR", tiers, **limits)


def codes(table: PriceTable, floor_minor: int | None = None) -> list[WarningCode]:
    return [warning.code for warning in warnings(table, floor_minor)]


def only(table: PriceTable, code: WarningCode, floor_minor: int | None = None) -> PriceWarning:
    (found,) = (warning for warning in warnings(table, floor_minor) if warning.code is code)
    return found


class TestSegments:
    def test_are_cut_where_a_tier_ends(self) -> None:
        assert segments(GRADUATED) == (
            Segment(1, 10, 1),
            Segment(11, 50, 1),
            Segment(51, LARGEST_QUANTITY, 1),
        )

    def test_hold_only_what_both_tables_sell(self) -> None:
        one = volume(Tier(20, 9), Tier(None, 8), minimum_seats=6, step=2)
        other = volume(Tier(30, 9), Tier(60, 8), minimum_seats=3, maximum_seats=60, step=3)
        # steps of 2 and of 3 meet every 6 seats; 18 is the last of them up to 20
        assert segments(one, other) == (Segment(6, 18, 6), Segment(24, 30, 6), Segment(36, 60, 6))

    def test_are_none_when_the_tables_share_no_quantity(self) -> None:
        small = volume(Tier(5, 9), maximum_seats=5)
        assert segments(small, volume(Tier(None, 9), minimum_seats=6)) == ()

    @bounded
    @given(price_tables(), price_tables())
    def test_hold_every_quantity_once(self, one: PriceTable, other: PriceTable) -> None:
        found = segments(one, other)
        assert found[0].first == 1
        assert found[-1].last == LARGEST_QUANTITY
        assert all(before.last + 1 == after.first for before, after in pairwise(found))


class TestCurve:
    def test_shows_every_quantity_of_a_short_one(self) -> None:
        assert curve(VOLUME, 3) == (
            CurvePoint(1, 1_000, 1_000, False),
            CurvePoint(2, 2_000, 1_000, False),
            CurvePoint(3, 3_000, 1_000, False),
        )

    def test_marks_what_costs_more_than_a_larger_number(self) -> None:
        # 9 seats cost 90.00 and 10 seats 100.00, but 11 seats 88.00
        assert [p.quantity for p in curve(VOLUME, 12) if p.is_on_cliff] == [9, 10]

    def test_is_evenly_spaced_and_not_longer_than_asked(self) -> None:
        points = curve(GRADUATED, 1_000, most_points=100)
        # 1,000 quantities in 100 points: every tenth
        assert [point.quantity for point in points[:3]] == [1, 11, 21]
        assert len(points) == 100

    def test_keeps_to_the_steps_and_limits(self) -> None:
        table = volume(Tier(50, 9), minimum_seats=10, maximum_seats=50, step=5)
        assert [point.quantity for point in curve(table, 1_000)] == list(range(10, 51, 5))
        assert curve(table, 9) == ()

    def test_fills_its_points_when_one_more_would_not_fit(self) -> None:
        # 101 quantities do not fit into 100 points: every second one, 1 to 101
        points = curve(GRADUATED, 101, most_points=100)
        assert [point.quantity for point in points] == list(range(1, 102, 2))
        assert len(curve(GRADUATED, 100)) == 100

    def test_bends_at_the_bounds(self) -> None:
        steps = volume(Tier(20, 9), Tier(None, 8), minimum_seats=7, step=7)
        assert [point.quantity for point in curve_at_bounds(steps)] == [7, 14, 21]
        assert [point.quantity for point in curve_at_bounds(GRADUATED)] == [1, 10, 11, 50, 51]
        ends = volume(Tier(20, 9), maximum_seats=20)
        assert [point.quantity for point in curve_at_bounds(ends)] == [1, 20]

    @pytest.mark.parametrize(
        ("table", "end"),
        [
            (GRADUATED, 75),  # 50 and half of it
            (FLAT, 10),
            (volume(Tier(None, 9), minimum_seats=40), 80),
            (volume(Tier(20, 9), maximum_seats=20), 20),
            (volume(Tier(7, 9), Tier(None, 8)), 10),
            (volume(Tier(15, 9), Tier(None, 8)), 22),
            (volume(Tier(9_000_000, 9), Tier(None, 8)), LARGEST_QUANTITY),
        ],
    )
    def test_ends_past_the_last_bound(self, table: PriceTable, end: int) -> None:
        assert curve_end(table) == end


class TestWarnings:
    def test_are_none_for_a_plain_table(self) -> None:
        assert warnings(FLAT) == warnings(GRADUATED) == ()

    def test_name_a_later_tier_that_is_dearer(self) -> None:
        table = graduated(Tier(10, 800), Tier(50, 600), Tier(None, 900))
        assert only(table, WarningCode.DEARER_TIER) == PriceWarning(
            WarningCode.DEARER_TIER, tier=2, quantity=51, amount_minor=900, other=600
        )

    def test_do_not_call_seats_after_an_entry_tier_dearer(self) -> None:
        # five seats for 49.00, then 9.00 each: 9.80 a seat, then less
        assert codes(graduated(Tier(5, 0, 4_900), Tier(None, 900))) == []

    def test_name_the_quantity_where_the_average_rises(self) -> None:
        # 5 seats for 40.00 are 8.00 each; the sixth makes it 49.00 / 6 = 8.17
        found = only(graduated(Tier(5, 0, 4_000), Tier(None, 900)), WarningCode.RISING_AVERAGE)
        assert (found.tier, found.quantity, found.amount_minor, found.other) == (1, 6, 817, 800)

    def test_name_the_cliff_and_the_better_quantity(self) -> None:
        # 9 seats cost 90.00, 11 cost 88.00; 39 cost 312.00, 51 cost 306.00
        assert warnings(VOLUME) == (
            PriceWarning(WarningCode.CLIFF, 0, 9, 10_000, 8_800, better_quantity=11),
            PriceWarning(WarningCode.CLIFF, 1, 39, 40_000, 30_600, better_quantity=51),
        )

    def test_tell_a_cliff_that_only_an_amount_once_makes(self) -> None:
        # 10 seats: 30.00 + 100.00; 11 seats 110.00. Without the amount once: 100.00 and 110.00.
        table = volume(Tier(10, 1_000, 3_000), Tier(None, 1_000))
        found = only(table, WarningCode.FLAT_AMOUNT_CLIFF)
        assert (found.quantity, found.better_quantity) == (9, 11)
        assert (found.amount_minor, found.other) == (13_000, 11_000)

    def test_name_a_last_tier_for_nothing(self) -> None:
        found = only(graduated(Tier(10, 900), Tier(None, 0)), WarningCode.FREE_LAST_TIER)
        assert (found.tier, found.quantity) == (1, 11)

    def test_name_a_tier_below_the_minimum(self) -> None:
        table = volume(Tier(9, 900), Tier(None, 900), minimum_seats=10)
        assert only(table, WarningCode.TIER_NOT_REACHED).tier == 0

    def test_name_a_tier_that_the_steps_jump_over(self) -> None:
        tiers = (Tier(10, 900), Tier(14, 900), Tier(None, 900))
        table = volume(*tiers, minimum_seats=5, step=5)
        assert only(table, WarningCode.TIER_NOT_REACHED).quantity == 11
        # In a graduated price, 15 seats pass through it.
        assert codes(graduated(*tiers, minimum_seats=5, step=5)) == []

    def test_name_a_tier_behind_the_maximum(self) -> None:
        table = graduated(Tier(10, 900), Tier(None, 900), maximum_seats=10)
        assert only(table, WarningCode.TIER_NOT_REACHED).tier == 1

    @pytest.mark.parametrize(
        ("currency", "unit", "step"),
        [("IDR", 4_500_050, 100), ("KWD", 1_005, 10), ("ISK", 150, 100)],
    )
    def test_name_amounts_that_cannot_be_charged(self, currency: str, unit: int, step: int) -> None:
        found = only(
            PriceTable(Scheme.FLAT, currency, (Tier(None, unit),)), WarningCode.UNCHARGEABLE_UNITS
        )
        assert (found.amount_minor, found.other) == (unit, step)

    @pytest.mark.parametrize(("currency", "unit"), [("JPY", 1), ("EUR", 1), ("IDR", 4_500_000)])
    def test_leave_amounts_alone_that_can(self, currency: str, unit: int) -> None:
        assert warnings(PriceTable(Scheme.FLAT, currency, (Tier(None, unit),))) == ()

    def test_name_tiers_and_averages_below_the_floor(self) -> None:
        # 60 seats cost 480.00, 8.00 each; the 61st at 6.00 brings the average to 7.97
        found = warnings(GRADUATED, floor_minor=800)
        assert [(w.code, w.tier, w.quantity) for w in found] == [
            (WarningCode.TIER_BELOW_FLOOR, 2, 51),
            (WarningCode.AVERAGE_BELOW_FLOOR, 2, 61),
        ]
        assert [(w.amount_minor, w.other) for w in found] == [(600, 800), (797, 800)]

    def test_find_the_first_quantity_on_sale_whose_average_misses_the_floor(self) -> None:
        # in steps of 7 from 56 on: 56 seats at 8.14 and 63 at 7.90; 61 would be the first of all
        stepped = graduated(
            Tier(10, 1_000), Tier(50, 800), Tier(None, 600), minimum_seats=7, step=7
        )
        found = only(stepped, WarningCode.AVERAGE_BELOW_FLOOR, floor_minor=800)
        assert (found.quantity, found.amount_minor) == (63, 790)

    def test_do_not_hold_an_entry_tier_against_the_floor(self) -> None:
        entry = graduated(Tier(10, 0, 9_000), Tier(None, 900))
        assert codes(entry, floor_minor=900) == []

    @pytest.mark.parametrize("first", [Tier(10, 0), Tier(10, 700, 9_000)])
    def test_hold_a_cheap_first_tier_against_the_floor(self, first: Tier) -> None:
        found = only(graduated(first, Tier(None, 900)), WarningCode.TIER_BELOW_FLOOR, 900)
        assert (found.tier, found.amount_minor, found.other) == (0, first.unit_amount_minor, 900)

    def test_hold_a_later_free_tier_with_an_amount_against_the_floor(self) -> None:
        table = graduated(Tier(10, 1_000), Tier(None, 0, 5_000))
        assert only(table, WarningCode.TIER_BELOW_FLOOR, 900).tier == 1

    def test_find_a_floor_that_is_missed_from_the_first_seat_on(self) -> None:
        assert only(FLAT, WarningCode.AVERAGE_BELOW_FLOOR, floor_minor=1_001).quantity == 1
        assert WarningCode.AVERAGE_BELOW_FLOOR not in codes(FLAT, floor_minor=1_000)

    @bounded
    @given(price_tables(), st.integers(1, 100_000))
    def test_agree_with_trying_every_quantity(self, table: PriceTable, floor: int) -> None:
        averages = [Fraction(total_minor(table, seats), seats) for seats in range(1, 700)]
        rises = [seats for seats in range(2, 700) if averages[seats - 1] > averages[seats - 2]]
        below = [seats for seats in range(1, 700) if averages[seats - 1] < floor]
        found = {warning.code: warning.quantity for warning in warnings(table, floor)}
        assert found.get(WarningCode.RISING_AVERAGE) == (rises[0] if rises else None)
        if below:
            assert found[WarningCode.AVERAGE_BELOW_FLOOR] == below[0]
        else:
            assert (found.get(WarningCode.AVERAGE_BELOW_FLOOR) or 700) >= 700
