"""Amounts of money in minor units, and the only place where anything is rounded.

Owns: the currency exponents, `Money`, the rounding rule, splitting a total without losing a cent.
Does not own: how an amount is written for people (that is the page's, in the reader's locale).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

# Decimal places of each currency as Stripe counts its minor units. This is ISO 4217 except where
# Stripe keeps a historic convention: MGA is counted in whole units, and HUF, ISK, TWD and UGX in
# hundredths. IDR has two places in both.
EXPONENTS: Final[dict[str, int]] = {
    **dict.fromkeys(
        (
            "AED", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT",
            "BGN", "BMD", "BND", "BOB", "BRL", "BSD", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF",
            "CNY", "COP", "CRC", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ETB", "EUR", "FJD",
            "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF",
            "IDR", "ILS", "INR", "ISK", "JMD", "KES", "KGS", "KHR", "KYD", "KZT", "LAK", "LBP",
            "LKR", "LRD", "LSL", "MAD", "MDL", "MKD", "MMK", "MNT", "MOP", "MUR", "MVR", "MWK",
            "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK",
            "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SEK", "SGD",
            "SHP", "SLE", "SOS", "SRD", "STN", "SZL", "THB", "TJS", "TOP", "TRY", "TTD", "TWD",
            "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "WST", "XCD", "YER", "ZAR", "ZMW",
        ),
        2,
    ),
    **dict.fromkeys(
        (
            "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV",
            "XAF", "XOF", "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 3),
}  # fmt: skip


class UnknownCurrency(ValueError):
    """The code is not an upper-case ISO 4217 code of the exponents table."""

    def __init__(self, currency: str) -> None:
        super().__init__(f"{currency!r} is not a currency this system can charge in.")
        self.currency = currency


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies met in one sum or comparison."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"{left} and {right} cannot be added or compared: there is no rate here.")
        self.left = left
        self.right = right


class FractionalMinorUnit(ValueError):
    """A decimal amount is finer than the smallest unit of its currency."""

    def __init__(self, amount: Decimal, currency: str) -> None:
        super().__init__(f"{amount} {currency} is finer than the smallest unit of {currency}.")
        self.amount = amount
        self.currency = currency


def exponent(currency: str) -> int:
    """Decimal places of `currency`; raises `UnknownCurrency`."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise UnknownCurrency(currency) from None


def round_half_up(value: Fraction) -> int:
    """The nearest whole number; an exact half goes away from zero (2.5 -> 3, -2.5 -> -3).

    Away from zero, not towards plus infinity, so that `round_half_up(-x) == -round_half_up(x)`:
    a credit is then the mirror of the charge it takes back, and adding seats and removing them
    again in the same second costs exactly nothing. Half-even would keep that symmetry but is not
    what an invoice shows: people, and Stripe, round half a cent up.
    """
    magnitude = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return magnitude if value >= 0 else -magnitude


def split(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Divide `total` in proportion to `weights`, so that the parts sum to the whole.

    Largest remainder (Hamilton's method): everybody gets the whole part of the exact share, and
    the units left over go to the largest fractions, on a tie to the earlier one. No part is off
    its exact share by a whole unit. Raises `ValueError` without weights, on a negative one, and
    when all of them are zero.
    """
    whole = sum(weights)
    if not weights or min(weights) < 0 or whole == 0:
        raise ValueError("A split needs weights that are not negative and not all zero.")
    shares = [divmod(abs(total) * weight, whole) for weight in weights]
    parts = [quotient for quotient, _ in shares]
    by_remainder = sorted(range(len(shares)), key=lambda index: -shares[index][1])
    for index in by_remainder[: abs(total) - sum(parts)]:
        parts[index] += 1
    return tuple(parts if total >= 0 else (-part for part in parts))


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: `minor` units (cents, yen, fils) of one currency.

    Adds, subtracts and compares within one currency and raises `CurrencyMismatch` across two.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"Minor units are whole numbers, not {self.minor!r}.")
        exponent(self.currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @classmethod
    def from_decimal(cls, amount: Decimal, currency: str) -> Money:
        """Exact, never rounding: raises `FractionalMinorUnit` for 0.005 EUR."""
        minor = Fraction(amount) * 10 ** exponent(currency)
        if minor.denominator != 1:
            raise FractionalMinorUnit(amount, currency)
        return cls(minor.numerator, currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units with the currency's own number of places (412.90)."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same_currency(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same_currency(other).minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same_currency(other).minor

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same_currency(other).minor

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same_currency(other).minor

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same_currency(other).minor

    def times(self, factor: int | Fraction) -> Money:
        """The amount taken `factor` times, rounded once."""
        return Money(round_half_up(Fraction(self.minor) * factor), self.currency)

    def split(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Parts in proportion to `weights` that sum to this amount; see `split`."""
        return tuple(Money(part, self.currency) for part in split(self.minor, weights))

    def _same_currency(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other

    def __str__(self) -> str:
        return f"{self.decimal} {self.currency}"
