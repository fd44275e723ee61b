"""Subscriptions, their items, their schedules."""

from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine import agenda, cycles, schedules, signup, subscriptions
from stripe_sandbox.engine.collection import attempt, finalize
from stripe_sandbox.registry import Params, endpoint
from stripe_sandbox.resources.common import PAGING, cut, in_range, page, removed
from stripe_sandbox.store import Doc

ITEM = "price,quantity,metadata,tax_rates"
SHARED = (
    "cancel_at cancel_at_period_end collection_method days_until_due default_payment_method "
    "default_tax_rates description discounts metadata off_session payment_behavior "
    "payment_settings[save_default_payment_method] proration_behavior trial_settings"
)


@endpoint(
    "POST",
    "/v1/subscriptions",
    f"customer currency items[{ITEM}] billing_cycle_anchor trial_end trial_period_days "
    f"billing_mode[type] {SHARED}",
)
def create_subscription(cx: Context, params: Params) -> Doc:
    if (params.get("billing_mode") or {}).get("type") == "classic":
        raise errors.unsupported("the classic billing mode", "billing_mode[type]")
    customer = cx.require("customer", params.get("customer"), "customer")
    return signup.create(cx, params, customer)


@endpoint("GET", "/v1/subscriptions/{id}")
def retrieve_subscription(cx: Context, params: Params, id: str) -> Doc:
    return cx.require("subscription", id)


@endpoint(
    "POST",
    "/v1/subscriptions/{id}",
    f"items[id,deleted,{ITEM}] billing_cycle_anchor[type] cancellation_details[comment,feedback] "
    f"pause_collection proration_date trial_end {SHARED}",
)
def update_subscription(cx: Context, params: Params, id: str) -> Doc:
    return change(cx, cx.require("subscription", id), params)


def change(cx: Context, sub: Doc, params: dict[str, Any]) -> Doc:
    """Update a subscription by hand, and let its schedule's current phase follow."""
    anchor = params.get("billing_cycle_anchor")
    if anchor is not None and anchor.get("type") == "unchanged":
        params = {k: v for k, v in params.items() if k != "billing_cycle_anchor"}
    elif anchor is not None and anchor.get("type") != "now":
        raise errors.unsupported(
            f"billing_cycle_anchor {anchor.get('type')}", "billing_cycle_anchor[type]"
        )
    subscriptions.update(cx, sub, params)
    if params.get("items") and not sub["pending_update"]:
        schedules.follow_direct_change(cx, sub)
    return sub


@endpoint(
    "DELETE", "/v1/subscriptions/{id}", "cancellation_details[comment,feedback] invoice_now prorate"
)
def cancel_subscription(cx: Context, params: Params, id: str) -> Doc:
    sub = cx.require("subscription", id)
    schedule = cx.optional("subscription_schedule", sub["schedule"])
    if schedule and schedule["status"] == "active":
        return cx.require("subscription", schedules.cancel(cx, schedule, params)["subscription"])
    return subscriptions.cancel(cx, sub, "cancellation_requested", params)


@endpoint("POST", "/v1/subscriptions/{id}/resume", "billing_cycle_anchor proration_behavior")
def resume_subscription(cx: Context, params: Params, id: str) -> Doc:
    sub = cx.require("subscription", id)
    if sub["status"] != "paused":
        raise errors.invalid("You can only resume a subscription that is paused.")
    before = cx.snapshot(sub)
    sub["status"] = "active"
    invoice = cycles.restart(cx, sub)
    cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)
    cx.emit("customer.subscription.resumed", sub)
    finalize(cx, invoice)
    if invoice["status"] == "open":
        attempt(cx, invoice)
    return sub


@endpoint(
    "GET",
    "/v1/subscriptions",
    PAGING + " collection_method created current_period_end current_period_start customer price "
    "status test_clock",
)
def list_subscriptions(cx: Context, params: Params) -> Doc:
    status = params.get("status")

    def keep(sub: Doc) -> bool:
        items = agenda.items_of(cx, sub)
        if status == "ended" and sub["status"] not in agenda.ENDED:
            return False
        if status is None and sub["status"] == "canceled":
            return False
        if status not in {None, "all", "ended"} and sub["status"] != status:
            return False
        if "price" in params and params["price"] not in {item["price"] for item in items}:
            return False
        return all(
            any(in_range(item[name], params[name]) for item in items)
            for name in ("current_period_end", "current_period_start")
            if name in params
        )

    return page(
        cx,
        "subscription",
        params,
        "/v1/subscriptions",
        # Without a customer or a clock, Stripe leaves out what lives on test clocks.
        where={
            "customer": params.get("customer"),
            "clock": params.get("test_clock", None if "customer" in params else ""),
        },
        equal=("collection_method",),
        keep=keep,
    )


# -- items ----------------------------------------------------------------------------------------

ITEM_CREATE = "metadata payment_behavior price proration_behavior proration_date quantity tax_rates"


@endpoint("GET", "/v1/subscription_items", PAGING + " subscription")
def list_items(cx: Context, params: Params) -> Doc:
    cx.require("subscription", params["subscription"], "subscription")
    items = cx.store.all("subscription_item", subscription=params["subscription"])
    return cut(cx, items, params, "/v1/subscription_items", params.get("limit", 10))


@endpoint("GET", "/v1/subscription_items/{item}")
def retrieve_item(cx: Context, params: Params, item: str) -> Doc:
    return cx.require("subscription_item", item, "item")


@endpoint("POST", "/v1/subscription_items/{item}", ITEM_CREATE + " off_session")
def update_item(cx: Context, params: Params, item: str) -> Doc:
    found = cx.require("subscription_item", item, "item")
    sub = cx.require("subscription", found["subscription"])
    own = {"price", "quantity", "metadata", "tax_rates"}
    entry = {"id": item, **{k: v for k, v in params.items() if k in own}}
    rest = {k: v for k, v in params.items() if k not in own | {"expand"}}
    change(cx, sub, {**rest, "items": [entry]})
    return cx.require("subscription_item", item)


@endpoint("POST", "/v1/subscription_items", ITEM_CREATE + " subscription")
def create_item(cx: Context, params: Params) -> Doc:
    sub = cx.require("subscription", params["subscription"], "subscription")
    before = {item["id"] for item in agenda.items_of(cx, sub)}
    own = {"price", "quantity", "metadata", "tax_rates"}
    entry = {k: v for k, v in params.items() if k in own}
    rest = {k: v for k, v in params.items() if k not in own | {"expand", "subscription"}}
    change(cx, sub, {**rest, "items": [entry]})
    made = [item for item in agenda.items_of(cx, sub) if item["id"] not in before]
    if not made:
        raise errors.unsupported("a new item that waits for its payment", "payment_behavior")
    return made[0]


@endpoint(
    "DELETE", "/v1/subscription_items/{item}", "payment_behavior proration_behavior proration_date"
)
def delete_item(cx: Context, params: Params, item: str) -> Doc:
    found = cx.require("subscription_item", item, "item")
    sub = cx.require("subscription", found["subscription"])
    if len(agenda.items_of(cx, sub)) == 1:
        raise errors.invalid(
            "A subscription must have at least one active plan. Cancel the subscription instead."
        )
    rest = {k: v for k, v in params.items() if k != "expand"}
    change(cx, sub, {**rest, "items": [{"id": item, "deleted": True}]})
    return removed(found)


# -- schedules ------------------------------------------------------------------------------------

PHASE = (
    "phases[items[price,quantity,metadata],start_date,end_date,"
    "duration[interval,interval_count],proration_behavior,metadata,default_tax_rates,"
    "discounts[discount]]"
)


@endpoint("POST", "/v1/subscription_schedules", "from_subscription metadata")
def create_schedule(cx: Context, params: Params) -> Doc:
    if not params.get("from_subscription"):
        raise errors.unsupported("a schedule that is not made from a subscription", "customer")
    sub = cx.require("subscription", params["from_subscription"], "from_subscription")
    schedule = schedules.of_subscription(cx, sub)
    schedule["metadata"] = dict(params.get("metadata") or {})
    return cx.save(schedule)


@endpoint("GET", "/v1/subscription_schedules/{schedule}")
def retrieve_schedule(cx: Context, params: Params, schedule: str) -> Doc:
    return cx.require("subscription_schedule", schedule, "schedule")


@endpoint(
    "POST",
    "/v1/subscription_schedules/{schedule}",
    f"end_behavior metadata {PHASE} proration_behavior",
)
def update_schedule(cx: Context, params: Params, schedule: str) -> Doc:
    if params.get("end_behavior") in {"none", "renew"}:
        raise errors.unsupported(f"end_behavior {params['end_behavior']}", "end_behavior")
    return schedules.rewrite(cx, cx.require("subscription_schedule", schedule), params)


@endpoint("POST", "/v1/subscription_schedules/{schedule}/release")
def release_schedule(cx: Context, params: Params, schedule: str) -> Doc:
    return schedules.release(cx, cx.require("subscription_schedule", schedule))


@endpoint("POST", "/v1/subscription_schedules/{schedule}/cancel", "invoice_now prorate")
def cancel_schedule(cx: Context, params: Params, schedule: str) -> Doc:
    return schedules.cancel(cx, cx.require("subscription_schedule", schedule), params)


@endpoint("GET", "/v1/subscription_schedules", PAGING + " created customer scheduled")
def list_schedules(cx: Context, params: Params) -> Doc:
    return page(
        cx,
        "subscription_schedule",
        params,
        "/v1/subscription_schedules",
        where={"customer": params.get("customer")},
        keep=(lambda doc: doc["status"] == "not_started") if params.get("scheduled") else None,
    )
