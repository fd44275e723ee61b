"""Which tax an organization pays, and why.

Owns: the decision and its reason. Does not own: the rates, which the vendor keeps in a table, and
the rounding of a line (`quoting.tax_on`).

In this order:

    exempt                      no tax: the vendor holds a certificate.
    EU business in another      no tax: the buyer accounts for it (reverse charge, Article 196 of
    member state than the       Directive 2006/112/EC). It needs a VAT id of the buyer's state.
    seller, with a VAT id
    a rate for the country      that rate.
    none                        no tax: the vendor is not registered there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# Member states by ISO 3166 code, and what a VAT id looks like after its prefix.
# https://taxation-customs.ec.europa.eu/vat-identification-numbers_en
EU_VAT_IDS: Final[dict[str, str]] = {
    "AT": r"U\d{8}", "BE": r"[01]\d{9}", "BG": r"\d{9,10}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}",
    "DE": r"\d{9}", "DK": r"\d{8}", "EE": r"\d{9}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]", "FI": r"\d{8}",
    "FR": r"[A-Z0-9]{2}\d{9}", "GR": r"\d{9}", "HR": r"\d{11}", "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}", "IT": r"\d{11}", "LT": r"(\d{9}|\d{12})", "LU": r"\d{8}",
    "LV": r"\d{11}", "MT": r"\d{8}", "NL": r"\d{9}B\d{2}", "PL": r"\d{10}", "PT": r"\d{9}",
    "RO": r"\d{2,10}", "SE": r"\d{12}", "SI": r"\d{8}", "SK": r"\d{10}",
}  # fmt: skip
# Greece writes EL before its numbers.
_PREFIXES: Final = {"GR": "EL"}


class TaxReason(StrEnum):
    """Why a rate applies, or none."""

    RATE = "rate"
    REVERSE_CHARGE = "reverse_charge"
    EXEMPT = "exempt"
    NO_RATE = "no_rate"


@dataclass(frozen=True, slots=True)
class Rate:
    """The rate of one country in basis points (1,900 is 19 %), and its name on invoices."""

    basis_points: int
    name: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """What the decision depends on; `country` is an ISO 3166 code or empty."""

    country: str
    vat_id: str = ""
    is_exempt: bool = False


@dataclass(frozen=True, slots=True)
class TaxDecision:
    """The rate to charge, its name, and why."""

    basis_points: int
    name: str
    reason: TaxReason

    @property
    def is_reverse_charge(self) -> bool:
        return self.reason is TaxReason.REVERSE_CHARGE


def tidy_vat_id(text: str) -> str:
    """A VAT id without spaces, dots and dashes, in capitals."""
    return re.sub(r"[\s.\-]", "", text).upper()


def is_vat_id_of(country: str, vat_id: str) -> bool:
    """Whether `vat_id` has the form that the member state gives out; its existence is not asked."""
    pattern = EU_VAT_IDS.get(country)
    prefix = _PREFIXES.get(country, country)
    return bool(pattern and re.fullmatch(prefix + pattern, tidy_vat_id(vat_id)))


def decide_tax(buyer: Buyer, *, seller_country: str, rates: Mapping[str, Rate]) -> TaxDecision:
    """The tax of `buyer`; `rates` are the vendor's by country."""
    if buyer.is_exempt:
        return TaxDecision(0, "", TaxReason.EXEMPT)
    crosses_a_border = (
        buyer.country != seller_country
        and buyer.country in EU_VAT_IDS
        and seller_country in EU_VAT_IDS
    )
    if crosses_a_border and is_vat_id_of(buyer.country, buyer.vat_id):
        return TaxDecision(0, "", TaxReason.REVERSE_CHARGE)
    rate = rates.get(buyer.country)
    if rate is None or rate.basis_points == 0:
        return TaxDecision(0, "", TaxReason.NO_RATE)
    return TaxDecision(rate.basis_points, rate.name, TaxReason.RATE)
