"""The price designer's form: read, held with its errors beside the field, turned into terms."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Self

from django.http import QueryDict
from django.utils.translation import gettext as _

from billing.domain.price_design import LARGEST_QUANTITY
from billing.domain.price_table import InvalidTierTable, PriceTable, Scheme, Tier
from billing.models import PriceDraft
from billing.selectors.tables import table_refusal
from billing.services.drafts import DraftTerms
from billing.views.amounts import (
    Unreadable,
    amount_as_text,
    amount_from_text,
    number_from_text,
)

MOST_ROWS: Final = 50
_LONGEST_TRIAL: Final = 365
_LONGEST_NAME: Final = 80


@dataclass
class TierRow:
    """One tier as typed; `first` is the seat it begins at, where the rows before it tell."""

    up_to: str = ""
    unit: str = ""
    flat: str = ""
    first: int | None = None
    error: str = ""
    at_fault: str = ""


@dataclass
class DesignerForm:
    """What the page holds. `errors` has a sentence for each field at fault; rows have their own."""

    currency: str
    name: str = ""
    scheme: str = Scheme.GRADUATED.value
    minimum_seats: str = "1"
    maximum_seats: str = ""
    step: str = "1"
    trial_days: str = "0"
    floor: str = ""
    rows: list[TierRow] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_draft(cls, draft: PriceDraft) -> Self:
        """Return the form that shows a draft."""
        currency = draft.currency
        return cls(
            currency=currency,
            name=draft.name,
            scheme=draft.scheme,
            minimum_seats=str(draft.minimum_seats),
            maximum_seats=str(draft.maximum_seats or ""),
            step=str(draft.step),
            trial_days=str(draft.trial_days),
            floor="" if draft.floor_minor is None else amount_as_text(draft.floor_minor, currency),
            rows=[
                TierRow(
                    up_to=str(tier.up_to or ""),
                    unit=amount_as_text(tier.unit_amount_minor, currency),
                    flat=amount_as_text(tier.flat_amount_minor, currency)
                    if tier.flat_amount_minor
                    else "",
                )
                for tier in draft.table().tiers
            ],
        )

    @classmethod
    def posted(cls, data: QueryDict, currency: str) -> Self:
        """Return the form as it was sent; nothing is judged yet."""

        def text(name: str) -> str:
            return _clean(data.get(name, ""))

        columns = [data.getlist(name)[:MOST_ROWS] for name in ("up_to", "unit", "flat")]
        longest = max(map(len, columns))
        padded = [column + [""] * (longest - len(column)) for column in columns]
        return cls(
            currency=currency,
            name=text("name"),
            scheme=text("scheme"),
            minimum_seats=text("minimum_seats"),
            maximum_seats=text("maximum_seats"),
            step=text("step"),
            trial_days=text("trial_days"),
            floor=text("floor"),
            rows=[
                TierRow(_clean(up_to), _clean(unit), _clean(flat))
                for up_to, unit, flat in zip(*padded, strict=True)
            ],
        )

    def add_row(self) -> None:
        """Begin a tier after the last one."""
        if len(self.rows) >= MOST_ROWS:
            self.errors["tiers"] = _("A price has at most %(n)s tiers.") % {"n": MOST_ROWS}
            return
        self.rows.append(TierRow(unit=self.rows[-1].unit if self.rows else ""))

    def remove_row(self, index: int) -> None:
        """Take a tier out; the last one left becomes the open end."""
        if 0 <= index < len(self.rows):
            del self.rows[index]
        if self.rows:
            self.rows[-1].up_to = self.rows[-1].up_to if self.maximum_seats else ""

    def terms(self) -> DraftTerms | None:
        """Return the terms, or None when something is at fault; then the errors say what."""
        tiers = [self._tier(row) for row in self.rows]
        self._tell_first_seats(tiers)
        limits = {
            "minimum_seats": self._number("minimum_seats", 1, LARGEST_QUANTITY),
            "step": self._number("step", 1, LARGEST_QUANTITY),
            "maximum_seats": self._optional(
                "maximum_seats", lambda text: number_from_text(text, least=1, most=LARGEST_QUANTITY)
            ),
        }
        trial_days = self._number("trial_days", 0, _LONGEST_TRIAL)
        floor = self._optional("floor", lambda text: amount_from_text(text, self.currency))
        if not self.name or len(self.name) > _LONGEST_NAME:
            self.errors["name"] = _("Give the draft a name of up to %(n)s characters.") % {
                "n": _LONGEST_NAME
            }
        if self.scheme not in list(Scheme):
            self.errors["scheme"] = _("Choose how the tiers count.")
        if self.errors or any(row.error for row in self.rows):
            return None
        try:
            table = PriceTable(
                scheme=Scheme(self.scheme),
                currency=self.currency,
                tiers=tuple(tier for tier in tiers if tier is not None),
                minimum_seats=limits["minimum_seats"] or 1,
                maximum_seats=limits["maximum_seats"],
                step=limits["step"] or 1,
            )
        except InvalidTierTable as error:
            self._refuse(error)
            return None
        return DraftTerms(self.name, table, trial_days or 0, floor)

    def _tier(self, row: TierRow) -> Tier | None:
        try:
            row.at_fault = "up_to"
            up_to = (
                number_from_text(row.up_to, least=1, most=LARGEST_QUANTITY) if row.up_to else None
            )
            row.at_fault = "unit"
            unit = amount_from_text(row.unit, self.currency)
            row.at_fault = "flat"
            flat = amount_from_text(row.flat, self.currency) if row.flat else 0
        except Unreadable as error:
            row.error = str(error)
            return None
        row.at_fault = ""
        return Tier(up_to, unit, flat)

    def _tell_first_seats(self, tiers: list[Tier | None]) -> None:
        first: int | None = 1
        for row, tier in zip(self.rows, tiers, strict=True):
            row.first = first
            ends = tier is not None and tier.up_to is not None
            first = tier.up_to + 1 if tier is not None and ends and tier.up_to else None

    def _number(self, name: str, least: int, most: int) -> int | None:
        try:
            return number_from_text(getattr(self, name), least=least, most=most)
        except Unreadable as error:
            self.errors[name] = str(error)
            return None

    def _optional(self, name: str, read: Callable[[str], int]) -> int | None:
        if not getattr(self, name):
            return None
        try:
            return read(getattr(self, name))
        except Unreadable as error:
            self.errors[name] = str(error)
            return None

    def _refuse(self, error: InvalidTierTable) -> None:
        refusal = table_refusal(error)
        message = f"{refusal.sentence} {refusal.remedy}"
        if refusal.tier is None:
            self.errors[refusal.field] = message
            return
        row = self.rows[refusal.tier - 1]
        row.error = message
        row.at_fault = {"unit_amount_minor": "unit", "flat_amount_minor": "flat"}.get(
            error.field, "up_to"
        )


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()[:200]
