"""Coupons on customers, subscriptions and invoices, and what they take off each line."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine.money import half_up
from stripe_sandbox.engine.periods import add_intervals
from stripe_sandbox.store import Doc


def redeem(cx: Context, wanted: Any, **owner: Any) -> list[str]:
    """Make discounts of `[{coupon|promotion_code|discount}]`; returns their ids."""
    made = []
    for entry in wanted or []:
        if entry.get("discount"):
            made.append(cx.require("discount", entry["discount"], "discounts")["id"])
            continue
        promotion = None
        if entry.get("promotion_code"):
            promotion = cx.require("promotion_code", entry["promotion_code"], "discounts")
            coupon = cx.require("coupon", promotion["promotion"]["coupon"], "discounts")
        else:
            coupon = cx.require("coupon", entry.get("coupon"), "discounts")
        made.append(_create(cx, coupon, promotion, owner)["id"])
    return made


def _create(cx: Context, coupon: Doc, promotion: Doc | None, owner: dict[str, Any]) -> Doc:
    start = cx.now(cx.store.find(str(owner.get("customer"))))
    limits = [coupon["redeem_by"]]
    if promotion is not None:
        limits.append(promotion["expires_at"])
        if promotion["customer"] not in {None, owner.get("customer")}:
            raise errors.invalid("This promotion code is for another customer.", "discounts")
    late = any(limit is not None and limit < start for limit in limits)
    if late or not coupon["valid"] or (promotion is not None and not promotion["active"]):
        raise errors.invalid("This coupon has expired or may not be redeemed again.", "discounts")
    for counted in (coupon, promotion):
        if counted is not None:
            counted["times_redeemed"] += 1
            top = counted["max_redemptions"]
            if top is not None and counted["times_redeemed"] >= top:
                counted["valid" if counted is coupon else "active"] = False
            cx.save(counted)
    months = coupon["duration_in_months"]
    return cx.create(
        "discount",
        "di_",
        **{"customer": None, **owner},
        source={"type": "coupon", "coupon": coupon["id"]},
        promotion_code=promotion["id"] if promotion else None,
        start=start,
        end=add_intervals(start, "month", months) if months else None,
    )


def in_force(cx: Context, identifiers: list[str], moment: int) -> list[Doc]:
    found = [cx.optional("discount", identifier) for identifier in identifiers]
    return [d for d in found if d and (d["end"] is None or d["end"] > moment)]


def apply(cx: Context, lines: list[Doc], discounts: list[Doc]) -> None:
    """Write each line's `discount_amounts`; one discount after the other."""
    for line in lines:
        line["discount_amounts"] = []
        line["discounts"] = [d["id"] for d in discounts] if line["discountable"] else []
    for discount in discounts:
        coupon = cx.require("coupon", discount["source"]["coupon"])
        open_lines = [line for line in lines if line["discountable"]]
        for line, amount in zip(open_lines, _shares(coupon, open_lines), strict=True):
            line["discount_amounts"].append({"amount": amount, "discount": discount["id"]})


def net(line: Doc) -> int:
    off: int = sum(d["amount"] for d in line["discount_amounts"] or [])
    return int(line["amount"]) - off


def _shares(coupon: Doc, lines: list[Doc]) -> list[int]:
    if coupon["percent_off"] is not None:
        share = Fraction(Decimal(str(coupon["percent_off"]))) / 100
        return [half_up(net(line) * share) for line in lines]
    charged = [max(0, net(line)) for line in lines]
    off = min(coupon["amount_off"], sum(charged))
    return _largest_remainder(off, charged)


def _largest_remainder(total: int, weights: list[int]) -> list[int]:
    if not sum(weights):
        return [0 for _ in weights]
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    parts = [int(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def used_once(cx: Context, holder: Doc) -> None:
    """Take `once` coupons off a subscription after the invoice that used them."""
    kept = []
    for identifier in holder["discounts"]:
        discount = cx.require("discount", identifier)
        coupon = cx.require("coupon", discount["source"]["coupon"])
        if coupon["duration"] != "once":
            kept.append(identifier)
    holder["discounts"] = kept
