"""A price table is complete or refused, with the offending bound named."""

import pytest

from billing.domain.money import UnknownCurrency
from billing.domain.pricing import (
    InvalidTierTable,
    PriceTable,
    Scheme,
    Tier,
    TierFault,
    TierRange,
    tiers_from_ranges,
)


def graduated(
    *tiers: Tier, minimum: int = 1, maximum: int | None = None, step: int = 1
) -> PriceTable:
    return PriceTable(Scheme.GRADUATED, "EUR", tiers, minimum, maximum, step)


class TestTiers:
    @pytest.mark.parametrize(
        ("tiers", "maximum", "fault", "tier", "bound"),
        [
            ((), None, TierFault.NO_TIERS, None, None),
            ((Tier(10, 50), Tier(10, 40), Tier(None, 30)), None, TierFault.DUPLICATE, 1, 10),
            ((Tier(10, 50), Tier(8, 40), Tier(None, 30)), None, TierFault.OVERLAP, 1, 8),
            ((Tier(0, 50), Tier(None, 40)), None, TierFault.DUPLICATE, 0, 0),
            ((Tier(None, 50), Tier(10, 40)), None, TierFault.OPEN_END_NOT_LAST, 0, None),
            ((Tier(10, 50), Tier(50, 40)), None, TierFault.NO_OPEN_END, 1, 50),
            ((Tier(10, 50), Tier(50, 40)), 60, TierFault.GAP, 1, 50),
            ((Tier(10, 50), Tier(None, -1)), None, TierFault.NEGATIVE_AMOUNT, 1, -1),
            ((Tier(10, 50, -5), Tier(None, 40)), None, TierFault.NEGATIVE_AMOUNT, 0, -5),
        ],
    )
    def test_names_what_is_wrong_and_where(
        self,
        tiers: tuple[Tier, ...],
        maximum: int | None,
        fault: TierFault,
        tier: int | None,
        bound: int | None,
    ) -> None:
        with pytest.raises(InvalidTierTable) as caught:
            graduated(*tiers, maximum=maximum)
        assert (caught.value.fault, caught.value.tier, caught.value.bound) == (fault, tier, bound)

    def test_counts_tiers_from_one_in_the_sentence(self) -> None:
        with pytest.raises(InvalidTierTable, match="Seats 51 to 60 have no price"):
            graduated(Tier(10, 50), Tier(50, 40), maximum=60)
        with pytest.raises(InvalidTierTable, match="Tier 1 has no upper bound, so tier 2 is never"):
            graduated(Tier(None, 50), Tier(10, 40))
        with pytest.raises(InvalidTierTable, match="Tier 2 ends at 8, inside"):
            graduated(Tier(10, 50), Tier(8, 40), Tier(None, 30))

    def test_accepts_an_explicit_maximum_instead_of_an_open_end(self) -> None:
        assert graduated(Tier(10, 50), Tier(50, 40), maximum=50).maximum_seats == 50

    @pytest.mark.parametrize("tiers", [(Tier(10, 50), Tier(None, 40)), (Tier(None, 50, 5),)])
    def test_keeps_a_flat_price_flat(self, tiers: tuple[Tier, ...]) -> None:
        with pytest.raises(InvalidTierTable) as caught:
            PriceTable(Scheme.FLAT, "EUR", tiers)
        assert caught.value.fault is TierFault.FLAT_HAS_TIERS

    def test_refuses_a_currency_it_cannot_charge_in(self) -> None:
        with pytest.raises(UnknownCurrency):
            PriceTable(Scheme.FLAT, "EURO", (Tier(None, 50),))


class TestLimits:
    @pytest.mark.parametrize(
        ("minimum", "maximum", "step", "bound"),
        [
            (0, None, 1, 0),
            (1, None, 0, 0),
            (10, 9, 1, 9),
            (3, None, 5, 3),
            (5, 12, 5, 12),
        ],
    )
    def test_names_the_limit_that_has_to_change(
        self, minimum: int, maximum: int | None, step: int, bound: int
    ) -> None:
        with pytest.raises(InvalidTierTable) as caught:
            graduated(Tier(None, 50), minimum=minimum, maximum=maximum, step=step)
        assert (caught.value.fault, caught.value.bound) == (TierFault.LIMIT, bound)

    def test_finds_the_nearest_quantities_on_sale(self) -> None:
        table = graduated(Tier(None, 50), minimum=10, maximum=20, step=5)
        assert [table.sellable_from(n) for n in (1, 11, 20, 21)] == [10, 15, 20, None]
        assert [table.sellable_up_to(n) for n in (9, 14, 20, 99)] == [None, 10, 20, 20]


class TestTiersFromRanges:
    def test_reads_rows_with_both_ends(self) -> None:
        rows = [TierRange(1, 10, 50), TierRange(11, 50, 40, 5), TierRange(51, None, 30)]
        assert tiers_from_ranges(rows) == (Tier(10, 50), Tier(50, 40, 5), Tier(None, 30))

    @pytest.mark.parametrize(
        ("first", "fault", "sentence"),
        [
            (12, TierFault.GAP, "Tier 2 begins at 12: seat 11 has no price"),
            (10, TierFault.OVERLAP, "Tier 2 begins at 10: that seat already has a price"),
        ],
    )
    def test_names_the_seat_with_no_price_or_two(
        self, first: int, fault: TierFault, sentence: str
    ) -> None:
        with pytest.raises(InvalidTierTable, match=sentence) as caught:
            tiers_from_ranges([TierRange(1, 10, 50), TierRange(first, None, 40)])
        assert (caught.value.fault, caught.value.tier, caught.value.bound) == (fault, 1, first)

    def test_leaves_a_row_after_an_open_one_to_the_table(self) -> None:
        rows = [TierRange(1, None, 50), TierRange(1, None, 40)]
        with pytest.raises(InvalidTierTable) as caught:
            graduated(*tiers_from_ranges(rows))
        assert caught.value.fault is TierFault.OPEN_END_NOT_LAST
