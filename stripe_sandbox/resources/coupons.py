"""Coupons and promotion codes."""

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.registry import Params, endpoint
from stripe_sandbox.resources.common import PAGING, assign, page, plain, removed
from stripe_sandbox.store import Doc, new_id


@endpoint(
    "POST",
    "/v1/coupons",
    "amount_off currency duration duration_in_months id max_redemptions metadata name percent_off "
    "redeem_by",
)
def create_coupon(cx: Context, params: Params) -> Doc:
    if (params.get("percent_off") is None) == (params.get("amount_off") is None):
        raise errors.invalid("You must pass exactly one of percent_off, amount_off.", "percent_off")
    if params.get("amount_off") is not None and not params.get("currency"):
        raise errors.invalid("You must pass currency when passing amount_off.", "currency")
    if params.get("id") and cx.store.find(params["id"]):
        raise errors.invalid("Coupon already exists.", "id", "resource_already_exists")
    coupon = cx.create(
        "coupon",
        "",
        id=params.get("id") or new_id("", 8),
        duration=params.get("duration", "once"),
        metadata={},
        times_redeemed=0,
        valid=True,
    )
    for name in (
        "amount_off",
        "currency",
        "duration_in_months",
        "max_redemptions",
        "name",
        "redeem_by",
    ):
        coupon[name] = params.get(name)
    coupon["percent_off"] = plain(params.get("percent_off"))
    assign(coupon, params, "metadata")
    cx.save(coupon)
    cx.emit("coupon.created", coupon)
    return coupon


@endpoint("GET", "/v1/coupons/{coupon}")
def retrieve_coupon(cx: Context, params: Params, coupon: str) -> Doc:
    return cx.require("coupon", coupon)


@endpoint("POST", "/v1/coupons/{coupon}", "metadata name")
def update_coupon(cx: Context, params: Params, coupon: str) -> Doc:
    found = cx.require("coupon", coupon)
    before = cx.snapshot(found)
    assign(found, params, "metadata", "name")
    return cx.save(found, "coupon.updated", before)


@endpoint("DELETE", "/v1/coupons/{coupon}")
def delete_coupon(cx: Context, params: Params, coupon: str) -> Doc:
    found = cx.require("coupon", coupon)
    cx.emit("coupon.deleted", found)
    found["valid"] = False
    found["deleted"] = True
    cx.save(found)
    return removed(found)


@endpoint("GET", "/v1/coupons", PAGING + " created")
def list_coupons(cx: Context, params: Params) -> Doc:
    return page(cx, "coupon", params, "/v1/coupons")


@endpoint(
    "POST",
    "/v1/promotion_codes",
    "active code customer expires_at max_redemptions metadata promotion[type,coupon]",
)
def create_promotion(cx: Context, params: Params) -> Doc:
    coupon = cx.require("coupon", params["promotion"].get("coupon"), "promotion[coupon]")
    made = cx.create(
        "promotion_code",
        "promo_",
        active=params.get("active", True),
        code=params.get("code") or new_id("", 8).upper(),
        customer=params.get("customer"),
        expires_at=params.get("expires_at"),
        max_redemptions=params.get("max_redemptions"),
        metadata=dict(params.get("metadata") or {}),
        promotion={"type": "coupon", "coupon": coupon["id"]},
        restrictions={
            "first_time_transaction": False,
            "minimum_amount": None,
            "minimum_amount_currency": None,
        },
        times_redeemed=0,
    )
    cx.emit("promotion_code.created", made)
    return made


@endpoint("GET", "/v1/promotion_codes/{promotion_code}")
def retrieve_promotion(cx: Context, params: Params, promotion_code: str) -> Doc:
    return cx.require("promotion_code", promotion_code)


@endpoint("POST", "/v1/promotion_codes/{promotion_code}", "active metadata")
def update_promotion(cx: Context, params: Params, promotion_code: str) -> Doc:
    found = cx.require("promotion_code", promotion_code)
    before = cx.snapshot(found)
    assign(found, params, "active", "metadata")
    return cx.save(found, "promotion_code.updated", before)


@endpoint("GET", "/v1/promotion_codes", PAGING + " active code coupon created customer")
def list_promotions(cx: Context, params: Params) -> Doc:
    coupon = params.get("coupon")
    return page(
        cx,
        "promotion_code",
        params,
        "/v1/promotion_codes",
        equal=("active", "code", "customer"),
        keep=lambda doc: coupon in {None, doc["promotion"]["coupon"]},
    )
