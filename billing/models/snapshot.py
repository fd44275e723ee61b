"""Figures of a quote as JSON and back, without loss: fractions as "3/7", times in ISO form.

Figures of before there were discounts lack their fields and are read as without one.
"""

from datetime import datetime
from fractions import Fraction
from typing import Any

from billing.domain.changes import ChangeKind
from billing.domain.period import Interval, Period
from billing.domain.price_table import PriceTable, Scheme, Tier
from billing.domain.pricing import PriceLine
from billing.domain.quoting import LineKind, NextInvoice, QuoteFigures, QuoteLine, Settlement

type Json = dict[str, Any]


def figures_to_json(figures: QuoteFigures) -> Json:
    """Return the figures as JSON types."""
    return {
        "kind": figures.kind.value,
        "currency": figures.currency,
        "interval_from": figures.interval_from.value,
        "interval": figures.interval.value,
        "period": [figures.period.start.isoformat(), figures.period.end.isoformat()],
        "at": figures.at.isoformat(),
        "quantity_from": figures.quantity_from,
        "quantity_to": figures.quantity_to,
        "paid_quantity": figures.paid_quantity,
        "tax_basis_points": figures.tax_basis_points,
        "lines": [
            {
                "kind": line.kind.value,
                "quantity": line.quantity,
                "full_minor": line.full_minor,
                "fraction": f"{line.fraction.numerator}/{line.fraction.denominator}",
                "amount_minor": line.amount_minor,
                "tax_minor": line.tax_minor,
                "discount_minor": line.discount_minor,
                "paid_share": f"{line.paid_share.numerator}/{line.paid_share.denominator}",
            }
            for line in figures.lines
        ],
        "now": _settlement_to_json(figures.now),
        "next_invoice": {
            "at": figures.next_invoice.at.isoformat(),
            "quantity": figures.next_invoice.quantity,
            "lines": [
                {
                    "tier": line.tier,
                    "first_seat": line.first_seat,
                    "last_seat": line.last_seat,
                    "unit_amount_minor": line.unit_amount_minor,
                    "flat_amount_minor": line.flat_amount_minor,
                }
                for line in figures.next_invoice.lines
            ],
            "settlement": _settlement_to_json(figures.next_invoice.settlement),
            "discount_basis_points": figures.next_invoice.discount_basis_points,
        },
        "average_from_minor": figures.average_from_minor,
        "average_to_minor": figures.average_to_minor,
        "annual_delta_minor": figures.annual_delta_minor,
        "discount_basis_points": figures.discount_basis_points,
    }


def figures_from_json(data: Json) -> QuoteFigures:
    """Return the figures that `figures_to_json` wrote; their fingerprint is the same."""
    following = data["next_invoice"]
    # What was quoted before there were other changes is an increase without a dip.
    data = {
        "kind": ChangeKind.INCREASE,
        "interval_from": data["interval"],
        "paid_quantity": data["quantity_from"],
    } | data
    return QuoteFigures(
        kind=ChangeKind(data["kind"]),
        currency=data["currency"],
        interval_from=Interval(data["interval_from"]),
        interval=Interval(data["interval"]),
        period=Period(*(datetime.fromisoformat(end) for end in data["period"])),
        at=datetime.fromisoformat(data["at"]),
        quantity_from=data["quantity_from"],
        quantity_to=data["quantity_to"],
        paid_quantity=data["paid_quantity"],
        tax_basis_points=data["tax_basis_points"],
        lines=tuple(
            QuoteLine(
                LineKind(line["kind"]),
                line["quantity"],
                line["full_minor"],
                Fraction(line["fraction"]),
                line["amount_minor"],
                line["tax_minor"],
                line.get("discount_minor", 0),
                Fraction(line.get("paid_share", "1/1")),
            )
            for line in data["lines"]
        ),
        now=Settlement(**data["now"]),
        next_invoice=NextInvoice(
            at=datetime.fromisoformat(following["at"]),
            quantity=following["quantity"],
            lines=tuple(PriceLine(**line) for line in following["lines"]),
            settlement=Settlement(**following["settlement"]),
            discount_basis_points=following.get("discount_basis_points", 0),
        ),
        average_from_minor=data["average_from_minor"],
        average_to_minor=data["average_to_minor"],
        annual_delta_minor=data["annual_delta_minor"],
        discount_basis_points=data.get("discount_basis_points", 0),
    )


def terms_to_json(table: PriceTable) -> Json:
    """Return a price table as JSON types."""
    return {
        "scheme": table.scheme.value,
        "currency": table.currency,
        "minimum_seats": table.minimum_seats,
        "maximum_seats": table.maximum_seats,
        "step": table.step,
        "tiers": [
            {
                "up_to": tier.up_to,
                "unit_amount_minor": tier.unit_amount_minor,
                "flat_amount_minor": tier.flat_amount_minor,
            }
            for tier in table.tiers
        ],
    }


def terms_from_json(data: Json) -> PriceTable:
    """Return what `terms_to_json` made."""
    return PriceTable(
        scheme=Scheme(data["scheme"]),
        currency=data["currency"],
        tiers=tuple(
            Tier(tier["up_to"], tier["unit_amount_minor"], tier["flat_amount_minor"])
            for tier in data["tiers"]
        ),
        minimum_seats=data["minimum_seats"],
        maximum_seats=data["maximum_seats"],
        step=data["step"],
    )


def _settlement_to_json(settlement: Settlement) -> Json:
    return {
        "subtotal_minor": settlement.subtotal_minor,
        "tax_minor": settlement.tax_minor,
        "charged_minor": settlement.charged_minor,
        "from_balance_minor": settlement.from_balance_minor,
        "to_balance_minor": settlement.to_balance_minor,
        "discount_minor": settlement.discount_minor,
    }
