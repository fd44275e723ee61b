"""Subscription schedules: phases with their own items, one after the other."""

from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine import agenda, changes, collection, subscriptions
from stripe_sandbox.engine.periods import add_intervals
from stripe_sandbox.store import Doc

LIVE = {"not_started", "active"}


def of_subscription(cx: Context, sub: Doc) -> Doc:
    """A schedule whose only phase is the subscription's current period."""
    if sub["schedule"]:
        raise errors.invalid(
            "You cannot migrate a subscription that is already attached to a schedule: "
            f"{sub['schedule']}."
        )
    items = agenda.items_of(cx, sub)
    start = min(item["current_period_start"] for item in items)
    phase = _phase(sub, items, start, agenda.period_end(cx, sub))
    schedule = cx.create(
        "subscription_schedule",
        "sub_sched_",
        of=sub,
        billing_mode=sub["billing_mode"],
        current_phase={"start_date": phase["start_date"], "end_date": phase["end_date"]},
        customer=sub["customer"],
        default_settings=_default_settings(sub),
        end_behavior="release",
        metadata={},
        pause_schedules=[],
        phases=[phase],
        status="active",
        subscription=sub["id"],
        test_clock=sub["test_clock"],
    )
    cx.emit("subscription_schedule.created", schedule)
    before = cx.snapshot(sub)
    sub["schedule"] = schedule["id"]
    cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)
    return schedule


def _default_settings(sub: Doc) -> Doc:
    return {
        "application_fee_percent": None,
        "automatic_tax": None,
        "billing_cycle_anchor": "automatic",
        "billing_thresholds": None,
        "collection_method": sub["collection_method"],
        "default_payment_method": sub["default_payment_method"],
        "description": None,
        "invoice_settings": {
            "account_tax_ids": None,
            "custom_fields": None,
            "days_until_due": sub["days_until_due"],
            "description": None,
            "footer": None,
            "issuer": {"type": "self", "account": None},
        },
        "on_behalf_of": None,
        "transfer_data": None,
    }


def _phase(sub: Doc, items: list[Doc], start: int, end: int, **given: Any) -> Doc:
    return {
        "add_invoice_items": [],
        "application_fee_percent": None,
        "automatic_tax": None,
        "billing_cycle_anchor": None,
        "billing_thresholds": None,
        "collection_method": None,
        "currency": sub["currency"],
        "default_payment_method": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "end_date": end,
        "invoice_settings": None,
        "items": [
            {
                "billing_thresholds": None,
                "discounts": [],
                "metadata": item.get("metadata") or {},
                "plan": item["price"],
                "price": item["price"],
                "quantity": item.get("quantity", 1),
                "tax_rates": [],
            }
            for item in items
        ],
        "metadata": {},
        "on_behalf_of": None,
        "proration_behavior": "create_prorations",
        "start_date": start,
        "transfer_data": None,
        "trial_end": None,
        **given,
    }


def rewrite(cx: Context, schedule: Doc, params: dict[str, Any]) -> Doc:
    """Replace the phases; the current one keeps its place in time."""
    _refuse_ended(schedule)
    sub = cx.require("subscription", schedule["subscription"])
    if "phases" in params:
        schedule["phases"] = _read_phases(cx, schedule, sub, params["phases"])
        now = cx.now(sub)
        current = [p for p in schedule["phases"] if p["start_date"] <= now < p["end_date"]]
        if not current:
            raise errors.invalid(
                "You must pass the current phase: a phase that contains the current time.",
                "phases",
            )
        schedule["current_phase"] = {
            "start_date": current[0]["start_date"],
            "end_date": current[0]["end_date"],
        }
        _enter(cx, sub, current[0], params.get("proration_behavior", "create_prorations"))
    if "end_behavior" in params:
        schedule["end_behavior"] = params["end_behavior"]
    if "metadata" in params:
        schedule["metadata"] = {**schedule["metadata"], **(params["metadata"] or {})}
    cx.save(schedule, "subscription_schedule.updated")
    agenda.reschedule(cx, sub)
    return schedule


def _read_phases(cx: Context, schedule: Doc, sub: Doc, given: list[Doc]) -> list[Doc]:
    phases: list[Doc] = []
    for position, entry in enumerate(given):
        at = f"phases[{position}]"
        start = entry.get("start_date")
        if start is None:
            start = phases[-1]["end_date"] if phases else schedule["phases"][0]["start_date"]
        elif start == "now":
            start = cx.now(sub)
        if phases and start != phases[-1]["end_date"]:
            raise errors.invalid(
                "The phases must be contiguous: each start_date must match the end_date of the "
                "previous phase.",
                f"{at}[start_date]",
            )
        items = entry["items"]
        prices = [
            changes.recurring_price(
                cx, item.get("price", ""), sub["currency"], f"{at}[items][{i}][price]"
            )
            for i, item in enumerate(items)
        ]
        end = _end_of(cx, sub, entry, start, prices[0], at)
        if end <= start:
            raise errors.invalid("The end_date must be after the start_date.", f"{at}[end_date]")
        phases.append(
            _phase(
                sub,
                items,
                start,
                end,
                metadata=entry.get("metadata") or {},
                default_tax_rates=subscriptions.tax_rates(cx, entry.get("default_tax_rates")),
                discounts=_kept_discounts(sub, entry, at),
                proration_behavior=entry.get("proration_behavior", "create_prorations"),
            )
        )
    return phases


def _kept_discounts(sub: Doc, entry: Doc, at: str) -> list[Doc]:
    """The discounts that a phase names, which the subscription has already."""
    named = [given["discount"] for given in entry.get("discounts") or []]
    for identifier in named:
        if identifier not in sub["discounts"]:
            raise errors.missing("discount", identifier, f"{at}[discounts]")
    return [{"coupon": None, "discount": name, "promotion_code": None} for name in named]


def _end_of(cx: Context, sub: Doc, entry: Doc, start: int, price: Doc, at: str) -> int:
    if entry.get("end_date") == "now":
        return cx.now(sub)
    if entry.get("end_date") is not None:
        return int(entry["end_date"])
    duration = entry.get("duration")
    if duration is None:
        duration = {"interval": price["recurring"]["interval"], "interval_count": 1}
    return add_intervals(start, duration["interval"], duration.get("interval_count", 1))


def is_due(cx: Context, sub: Doc, now: int) -> bool:
    schedule = cx.optional("subscription_schedule", sub["schedule"])
    return bool(
        schedule and schedule["current_phase"] and schedule["current_phase"]["end_date"] <= now
    )


def advance_at(cx: Context, sub: Doc, moment: int) -> None:
    """The phase that a renewal at `moment` would charge, for a preview of it."""
    schedule = cx.require("subscription_schedule", sub["schedule"])
    for phase in schedule["phases"]:
        if phase["start_date"] <= moment < phase["end_date"]:
            _put_in_force(cx, sub, _planned(cx, sub, phase), moment, "none")


def advance(cx: Context, sub: Doc) -> None:
    """The current phase is over: the next begins, or the schedule ends as it was told to.

    The renewal of the same second comes after, so that it charges the new phase's items.
    """
    schedule = cx.require("subscription_schedule", sub["schedule"])
    following = [
        p for p in schedule["phases"] if p["start_date"] >= schedule["current_phase"]["end_date"]
    ]
    if not following:
        _finish(cx, schedule, sub)
        return
    phase = following[0]
    schedule["current_phase"] = {"start_date": phase["start_date"], "end_date": phase["end_date"]}
    cx.save(schedule, "subscription_schedule.updated")
    _enter(cx, sub, phase, phase["proration_behavior"])


def _finish(cx: Context, schedule: Doc, sub: Doc) -> None:
    if schedule["end_behavior"] == "cancel":
        schedule.update(status="completed", completed_at=cx.now(sub), current_phase=None)
        cx.save(schedule, "subscription_schedule.completed")
        subscriptions.cancel(cx, sub, None)
        return
    release(cx, schedule)


def release(cx: Context, schedule: Doc) -> Doc:
    """Let go of the subscription, which stays as it is."""
    _refuse_ended(schedule)
    sub = cx.require("subscription", schedule["subscription"])
    schedule.update(
        status="released",
        released_at=cx.now(sub),
        released_subscription=sub["id"],
        subscription=None,
        current_phase=None,
    )
    cx.save(schedule, "subscription_schedule.released")
    before = cx.snapshot(sub)
    sub["schedule"] = None
    cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)
    return schedule


def cancel(cx: Context, schedule: Doc, params: dict[str, Any]) -> Doc:
    """End the schedule and its subscription."""
    _refuse_ended(schedule)
    sub = cx.require("subscription", schedule["subscription"])
    schedule.update(status="canceled", canceled_at=cx.now(sub), current_phase=None)
    cx.save(schedule, "subscription_schedule.canceled")
    subscriptions.cancel(cx, sub, "cancellation_requested", params)
    return schedule


def follow_direct_change(cx: Context, sub: Doc) -> None:
    """The subscription was changed by hand: the current phase takes that over, later ones stay."""
    schedule = cx.optional("subscription_schedule", sub["schedule"])
    if schedule is None or schedule["current_phase"] is None:
        return
    for phase in schedule["phases"]:
        if phase["start_date"] == schedule["current_phase"]["start_date"]:
            by_price = {item["price"]: item for item in agenda.items_of(cx, sub)}
            for item in phase["items"]:
                if item["price"] in by_price:
                    item["quantity"] = by_price[item["price"]]["quantity"]
    cx.save(schedule, "subscription_schedule.updated")


def _enter(cx: Context, sub: Doc, phase: Doc, proration: str) -> None:
    before = cx.snapshot(sub)
    planned = _planned(cx, sub, phase)
    if any(changes.is_real(cx, change) for change in planned):
        _put_in_force(cx, sub, planned, cx.now(sub), proration)
    sub["metadata"] = {**sub["metadata"], **phase["metadata"]}
    if phase["default_tax_rates"]:
        sub["default_tax_rates"] = list(phase["default_tax_rates"])
    # A phase brings its own discounts: one that it does not name is over.
    sub["discounts"] = [given["discount"] for given in phase["discounts"]]
    cx.save(agenda.reschedule(cx, sub), "customer.subscription.updated", before)


def _planned(cx: Context, sub: Doc, phase: Doc) -> list[changes.Change]:
    """The phase's items against the subscription's: matched by price, then by what is left."""
    existing = agenda.items_of(cx, sub)
    by_price = {item["price"]: item for item in existing}
    named = {entry["price"] for entry in phase["items"]}
    free = [item for item in existing if item["price"] not in named]
    wanted = []
    for entry in phase["items"]:
        item = by_price.get(entry["price"]) or (free.pop(0) if free else None)
        given = {"price": entry["price"], "quantity": entry["quantity"]}
        wanted.append({"id": item["id"], **given} if item else given)
    wanted += [{"id": item["id"], "deleted": True} for item in free]
    return changes.plan(cx, sub, wanted)


def _put_in_force(
    cx: Context, sub: Doc, planned: list[changes.Change], at: int, proration: str
) -> None:
    """At a period's end nothing is prorated: the renewal that follows charges it in full.

    With another interval the anchor moves there (`billing_cycle_anchor: automatic`).
    """
    boundary = at >= agenda.period_end(cx, sub)
    restart = changes.changes_interval(cx, sub, planned) and not boundary
    if boundary and changes.changes_interval(cx, sub, planned):
        sub["billing_cycle_anchor"] = agenda.period_end(cx, sub)
    invoice = subscriptions.change_now(
        cx, sub, planned, at, "none" if boundary else proration, restart=restart
    )
    if invoice:
        collection.finalize(cx, invoice)
        if invoice["status"] == "open" and invoice["collection_method"] == "charge_automatically":
            collection.attempt(cx, invoice, off_session=True)


def _refuse_ended(schedule: Doc) -> None:
    if schedule["status"] not in LIVE:
        raise errors.invalid(
            f"You cannot change a subscription schedule that is {schedule['status']}."
        )
