"""Prices and periods as pure functions, for all quantities and all dates."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stripe_sandbox.engine.money import charges, display, half_up, total
from stripe_sandbox.engine.periods import add_intervals, boundary_after

TIERS = [
    {"up_to": 10, "unit_amount_decimal": "1000", "flat_amount_decimal": None},
    {"up_to": 50, "unit_amount_decimal": "800", "flat_amount_decimal": None},
    {"up_to": None, "unit_amount_decimal": "600", "flat_amount_decimal": None},
]


def tiered(mode: str) -> dict[str, Any]:
    return {"billing_scheme": "tiered", "tiers_mode": mode, "_tiers": TIERS}


quantities = st.integers(min_value=0, max_value=10_000)
moments = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001
    max_value=datetime(2090, 1, 1),  # noqa: DTZ001
).map(lambda moment: int(moment.replace(tzinfo=UTC).timestamp()))
intervals = st.sampled_from(["day", "week", "month", "year"])


class TestTotal:
    @given(quantities)
    def test_graduated_lines_cover_every_seat(self, quantity: int) -> None:
        assert sum(line.quantity for line in charges(tiered("graduated"), quantity)) == quantity

    @given(quantities)
    def test_graduated_never_falls_with_the_quantity(self, quantity: int) -> None:
        price = tiered("graduated")
        assert total(price, quantity) <= total(price, quantity + 1)

    @given(quantities)
    def test_volume_is_one_line_at_the_tier_reached(self, quantity: int) -> None:
        (line,) = charges(tiered("volume"), quantity)
        rate = 1000 if quantity <= 10 else 800 if quantity <= 50 else 600
        assert line.amount == rate * quantity

    @given(st.fractions(min_value=-10_000, max_value=10_000))
    def test_rounding_moves_by_at_most_a_half_and_is_even_handed(self, amount: Fraction) -> None:
        assert abs(half_up(amount) - amount) <= Fraction(1, 2)
        assert half_up(-amount) == -half_up(amount)

    def test_halves_go_up(self) -> None:
        assert [half_up(Fraction(n, 2)) for n in (-3, -1, 1, 3)] == [-2, -1, 1, 2]

    def test_display_knows_the_currency(self) -> None:
        assert display(123_456, "usd") == "1,234.56 USD"
        assert display(123_456, "jpy") == "123,456 JPY"


class TestPeriods:
    @given(moments, moments, intervals, st.integers(min_value=1, max_value=6))
    def test_boundary_is_the_first_one_later(
        self, anchor: int, moment: int, interval: str, count: int
    ) -> None:
        end = boundary_after(anchor, moment, interval, count)
        assert end > moment
        days = {"day": 1, "week": 7, "month": 31, "year": 366}[interval] * count
        assert end - moment <= days * 86400

    @given(moments, st.integers(min_value=1, max_value=60))
    def test_day_is_kept_or_clamped(self, anchor: int, months: int) -> None:
        start = datetime.fromtimestamp(anchor, UTC)
        end = datetime.fromtimestamp(add_intervals(anchor, "month", months), UTC)
        assert end.time() == start.time()
        assert end.day == start.day or (end.day < start.day and (end.day >= 28))
