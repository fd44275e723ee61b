"""The price table: tiers, limits, and the proof that it can be sold from.

Owns: what a table is and every way in which one can be wrong. Does not own: the price of a
quantity (`pricing`) or where tables are kept (the catalog).

Amounts are minor units of the table's currency for one billing interval. Tiers are counted from
0 in code and from 1 in sentences.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from billing.domain.money import exponent


class Scheme(StrEnum):
    """How tiers turn into an amount."""

    FLAT = "flat"  # every seat has the one unit price
    GRADUATED = "graduated"  # each seat has the price of the tier it falls into
    VOLUME = "volume"  # all seats have the price of the tier that the quantity reaches


class TierFault(StrEnum):
    """What is wrong with a price table; the sentence for people is chosen by this code."""

    NO_TIERS = "no_tiers"
    GAP = "gap"
    OVERLAP = "overlap"
    DUPLICATE = "duplicate"
    OPEN_END_NOT_LAST = "open_end_not_last"
    NO_OPEN_END = "no_open_end"
    NEGATIVE_AMOUNT = "negative_amount"
    FLAT_HAS_TIERS = "flat_has_tiers"
    LIMIT = "limit"


class InvalidTierTable(ValueError):
    """A price table that cannot be sold from.

    `fault` says what is wrong, `tier` where (None: the table as a whole), `bound` is the number
    that has to change and `against` the number that it collides with, where there is one. `field`
    names what holds `bound`: up_to, an amount, or a limit.
    """

    def __init__(
        self,
        fault: TierFault,
        tier: int | None,
        bound: int | None,
        sentence: str,
        *,
        against: int | None = None,
        field: str = "up_to",
    ) -> None:
        super().__init__(sentence)
        self.fault = fault
        self.tier = tier
        self.bound = bound
        self.against = against
        self.field = field


class QuantityNotAllowed(ValueError):
    """A quantity that the table does not sell; the subclasses name the rule it breaks."""

    def __init__(self, quantity: int, sentence: str) -> None:
        super().__init__(sentence)
        self.quantity = quantity


class BelowMinimum(QuantityNotAllowed):
    def __init__(self, quantity: int, minimum: int) -> None:
        super().__init__(quantity, f"{quantity} seats are below the minimum of {minimum}.")
        self.minimum = minimum


class AboveMaximum(QuantityNotAllowed):
    def __init__(self, quantity: int, maximum: int) -> None:
        super().__init__(quantity, f"{quantity} seats are above the maximum of {maximum}.")
        self.maximum = maximum


class NotInSteps(QuantityNotAllowed):
    """Carries the nearest quantities on both sides; `above` is None where the maximum is near."""

    def __init__(self, quantity: int, step: int, below: int | None, above: int | None) -> None:
        super().__init__(quantity, f"Seats are sold in steps of {step}: {quantity} is not one.")
        self.step = step
        self.below = below
        self.above = above


@dataclass(frozen=True, slots=True)
class Tier:
    """Seats up to and including `up_to` (None: without end).

    `flat_amount_minor` is charged once when the tier is entered, whatever the seats in it.
    """

    up_to: int | None
    unit_amount_minor: int
    flat_amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class TierRange:
    """A tier as people write it, with both ends: seats `first` to `last` (None: without end)."""

    first: int
    last: int | None
    unit_amount_minor: int
    flat_amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class PriceTable:
    """A complete price for seats; raises `InvalidTierTable` when it leaves a question open.

    Quantities run from `minimum_seats` to `maximum_seats` (None: no end) in multiples of `step`.
    Either the last tier is open or an explicit maximum lies inside it.
    """

    scheme: Scheme
    currency: str
    tiers: tuple[Tier, ...]
    minimum_seats: int = 1
    maximum_seats: int | None = None
    step: int = 1

    def __post_init__(self) -> None:
        exponent(self.currency)
        _check_tiers(self)
        _check_bounds(self)
        _check_end(self)
        _check_limits(self)

    def first_seat(self, tier: int) -> int:
        """The first seat that falls into the tier."""
        before = self.tiers[tier - 1].up_to if tier else 0
        return (before or 0) + 1

    def tier_of(self, quantity: int) -> int:
        """Index of the tier that seat number `quantity` falls into."""
        for index, tier in enumerate(self.tiers):
            if tier.up_to is None or quantity <= tier.up_to:
                return index
        raise AboveMaximum(quantity, self.tiers[-1].up_to or 0)

    def sellable_from(self, quantity: int) -> int | None:
        """The smallest quantity on sale that is not below `quantity`; None past the maximum."""
        candidate = -(-max(quantity, self.minimum_seats) // self.step) * self.step
        return candidate if self._within_maximum(candidate) else None

    def sellable_up_to(self, quantity: int) -> int | None:
        """The largest quantity on sale that is not above `quantity`; None below the minimum."""
        limit = quantity if self._within_maximum(quantity) else self.maximum_seats or 0
        candidate = limit // self.step * self.step
        return candidate if candidate >= self.minimum_seats else None

    def _within_maximum(self, quantity: int) -> bool:
        return self.maximum_seats is None or quantity <= self.maximum_seats


def _check_tiers(table: PriceTable) -> None:
    tiers = table.tiers
    if not tiers:
        raise InvalidTierTable(
            TierFault.NO_TIERS, None, None, "A price table needs at least one tier."
        )
    if table.scheme is Scheme.FLAT and (len(tiers) > 1 or tiers[0].flat_amount_minor):
        raise InvalidTierTable(
            TierFault.FLAT_HAS_TIERS,
            None,
            None,
            "A flat price is one unit price: it has no second tier and no flat amount.",
        )
    for index, tier in enumerate(tiers):
        for field in ("unit_amount_minor", "flat_amount_minor"):
            amount = getattr(tier, field)
            if amount < 0:
                raise InvalidTierTable(
                    TierFault.NEGATIVE_AMOUNT,
                    index,
                    amount,
                    f"Tier {index + 1} has the amount {amount}: a price is never negative.",
                    field=field,
                )


def _check_bounds(table: PriceTable) -> None:
    for index, tier in enumerate(table.tiers[:-1]):
        if tier.up_to is None:
            raise InvalidTierTable(
                TierFault.OPEN_END_NOT_LAST,
                index,
                None,
                f"Tier {index + 1} has no upper bound, so tier {index + 2} is never reached.",
            )
    bounds = [tier.up_to for tier in table.tiers if tier.up_to is not None]
    for index, (below, bound) in enumerate(pairwise([0, *bounds])):
        if bound == below:
            raise InvalidTierTable(
                TierFault.DUPLICATE,
                index,
                bound,
                f"Tier {index + 1} ends at {bound}, where the tiers before it already end.",
                against=below,
            )
        if bound < below:
            raise InvalidTierTable(
                TierFault.OVERLAP,
                index,
                bound,
                f"Tier {index + 1} ends at {bound}, inside the tiers before it, up to {below}.",
                against=below,
            )


def _check_end(table: PriceTable) -> None:
    last = len(table.tiers) - 1
    end = table.tiers[last].up_to
    if end is None:
        return
    if table.maximum_seats is None:
        raise InvalidTierTable(
            TierFault.NO_OPEN_END,
            last,
            end,
            f"The last tier ends at {end}: leave it open or set a maximum of {end} seats.",
        )
    if table.maximum_seats > end:
        raise InvalidTierTable(
            TierFault.GAP,
            last,
            end,
            f"Seats {end + 1} to {table.maximum_seats} have no price: the last tier ends at {end}.",
            against=table.maximum_seats,
        )


def _check_limits(table: PriceTable) -> None:
    minimum, maximum, step = table.minimum_seats, table.maximum_seats, table.step

    def refuse(field: str, bound: int, against: int, sentence: str) -> InvalidTierTable:
        return InvalidTierTable(
            TierFault.LIMIT, None, bound, sentence, against=against, field=field
        )

    if step < 1:
        raise refuse("step", step, 1, f"Seats are sold in steps of at least 1, not {step}.")
    if minimum < 1:
        raise refuse("minimum_seats", minimum, 1, f"The minimum is at least 1 seat, not {minimum}.")
    if minimum % step:
        raise refuse(
            "minimum_seats",
            minimum,
            step,
            f"The minimum of {minimum} is not a multiple of the step of {step}.",
        )
    if maximum is None:
        return
    if maximum < minimum:
        raise refuse(
            "maximum_seats",
            maximum,
            minimum,
            f"The maximum of {maximum} is below the minimum of {minimum}.",
        )
    if maximum % step:
        raise refuse(
            "maximum_seats",
            maximum,
            step,
            f"The maximum of {maximum} is not a multiple of the step of {step}.",
        )


def tiers_from_ranges(ranges: Iterable[TierRange]) -> tuple[Tier, ...]:
    """Tiers from rows with both ends, as a price designer or a contract lists them.

    Raises `InvalidTierTable` naming the first seat that no row prices or that two rows price.
    What rows alone cannot show (an open end, a maximum) is checked by `PriceTable`.
    """
    tiers: list[Tier] = []
    expected = 1
    for index, row in enumerate(ranges):
        if row.first > expected:
            raise InvalidTierTable(
                TierFault.GAP,
                index,
                row.first,
                f"Tier {index + 1} begins at {row.first}: seat {expected} has no price.",
            )
        if row.first < expected:
            raise InvalidTierTable(
                TierFault.OVERLAP,
                index,
                row.first,
                f"Tier {index + 1} begins at {row.first}: that seat already has a price.",
            )
        tiers.append(Tier(row.last, row.unit_amount_minor, row.flat_amount_minor))
        expected = row.first if row.last is None else row.last + 1
    return tuple(tiers)
