"""New subscriptions, with their first invoice."""

from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine import (
    agenda,
    changes,
    collection,
    cycles,
    discounts,
    methods,
    subscriptions,
)
from stripe_sandbox.engine.periods import boundary_after, boundary_at_or_before
from stripe_sandbox.store import Doc

DAY = 86400


def create(cx: Context, params: dict[str, Any], customer: Doc) -> Doc:
    """A subscription with its first invoice, paid or not as `payment_behavior` says."""
    behavior = params.get("payment_behavior", "allow_incomplete")
    if behavior == "pending_if_incomplete":
        raise errors.invalid(
            "`pending_if_incomplete` is only used with updates and cannot be passed when creating "
            "a Subscription.",
            "payment_behavior",
        )
    sub = _new(cx, params, customer)
    cx.emit("customer.subscription.created", sub)
    trialing = sub["status"] == "trialing"
    free = params.get("proration_behavior") == "none"
    invoice = cycles.first_invoice(cx, sub, prorated=not free)
    if trialing or sub["collection_method"] == "send_invoice":
        return _without_payment(cx, sub, invoice)
    before = cx.snapshot(sub)
    collection.finalize(cx, invoice)
    if invoice["status"] == "paid":
        return cx.store.find(sub["id"]) or sub
    if behavior == "default_incomplete":
        return cx.save(sub, "customer.subscription.updated", before)
    if methods.default_for(cx, customer, sub) is None:
        raise collection.payment_error(cx, invoice, "no_method")
    outcome = collection.attempt(cx, invoice, off_session=bool(params.get("off_session")))
    if outcome != "paid" and behavior == "error_if_incomplete":
        error = collection.payment_error(cx, invoice, outcome)
        error.keeps_changes = False
        raise error
    return sub


def _without_payment(cx: Context, sub: Doc, invoice: Doc) -> Doc:
    """A trial's invoice over nothing is paid; an invoice to be sent waits for its hour."""
    if sub["collection_method"] == "send_invoice" and invoice["total"]:
        collection.leave_as_draft(cx, invoice)
    else:
        collection.finalize(cx, invoice)
    return sub


def _new(cx: Context, params: dict[str, Any], customer: Doc) -> Doc:
    items = params.get("items") or []
    if not items:
        raise errors.invalid("Missing required param: items.", "items", "parameter_missing")
    first = changes.recurring_price(
        cx, items[0].get("price", ""), params.get("currency"), "items[0][price]"
    )
    now = cx.now(customer)
    if customer["currency"] not in {None, first["currency"]}:
        raise errors.invalid(
            f"You cannot combine currencies on a single customer. This customer has an active "
            f"subscription, discount, quote or invoice item with currency {customer['currency']}."
        )
    trial_end = _trial_end(params, now)
    anchor = trial_end or params.get("billing_cycle_anchor") or now
    if anchor < now:
        raise errors.invalid(
            "billing_cycle_anchor cannot be earlier than the start of the subscription.",
            "billing_cycle_anchor",
        )
    method = params.get("collection_method", "charge_automatically")
    if method == "send_invoice" and not params.get("days_until_due"):
        raise errors.invalid(
            "You must pass `days_until_due` when `collection_method` is `send_invoice`.",
            "days_until_due",
        )
    if params.get("default_payment_method"):
        methods.owned(cx, params["default_payment_method"], customer, "default_payment_method")
    sub = cx.create(
        "subscription",
        "sub_",
        of=customer,
        automatic_tax={"disabled_reason": None, "enabled": False, "liability": None},
        billing_cycle_anchor=anchor,
        billing_mode={
            "flexible": {"proration_discounts": "included"},
            "type": "flexible",
            "updated_at": None,
        },
        billing_schedules=[],
        cancel_at_period_end=bool(params.get("cancel_at_period_end")),
        cancellation_details={
            "comment": None, "feedback": None, "feedback_option": None, "reason": None,
        },
        collection_method=method,
        currency=first["currency"],
        customer=customer["id"],
        days_until_due=params.get("days_until_due"),
        default_payment_method=params.get("default_payment_method"),
        default_tax_rates=subscriptions.tax_rates(cx, params.get("default_tax_rates")),
        description=params.get("description") or None,
        discounts=[],
        invoice_settings={
            "account_tax_ids": None, "custom_fields": None, "description": None, "footer": None,
            "issuer": {"type": "self", "account": None},
        },
        items=None,
        metadata=dict(params.get("metadata") or {}),
        payment_settings={
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": (params.get("payment_settings") or {}).get(
                "save_default_payment_method", "off"
            ),
        },
        start_date=now,
        status="trialing" if trial_end else "incomplete",
        test_clock=customer["test_clock"],
        trial_end=trial_end,
        trial_settings=params.get("trial_settings")
        or {
            "end_behavior": {
                "billing_cycle_anchor": None, "missing_payment_method": "create_invoice",
            }
        },
        trial_start=now if trial_end else None,
        _pending_invoice=None,
    )  # fmt: skip
    if method == "send_invoice" and not trial_end:
        sub["status"] = "active"
    recurring = first["recurring"]
    end = trial_end or boundary_after(
        anchor, now, recurring["interval"], recurring["interval_count"]
    )
    for position, entry in enumerate(items):
        price = changes.recurring_price(
            cx, entry.get("price", ""), sub["currency"], f"items[{position}][price]"
        )
        if changes.rhythm(price["recurring"]) != changes.rhythm(recurring):
            raise errors.unsupported("items of different intervals on one subscription", "items")
        changes.new_item(
            cx, sub, price["id"], entry.get("quantity", 1), now, end,
            metadata=dict(entry.get("metadata") or {}),
            tax_rates=subscriptions.tax_rates(cx, entry.get("tax_rates")),
            _full_start=_full_start(anchor, now, recurring, is_trial=trial_end is not None),
        )  # fmt: skip
    sub["discounts"] = discounts.redeem(
        cx, params.get("discounts"), customer=customer["id"], subscription=sub["id"]
    )
    subscriptions.set_cancellation(cx, sub, params)
    if customer["currency"] is None:
        customer["currency"] = sub["currency"]
        cx.save(customer)
    return agenda.reschedule(cx, sub)


def _full_start(anchor: int, now: int, recurring: Doc, *, is_trial: bool) -> int | None:
    """Where a first period that is cut short by its anchor would have begun."""
    if is_trial:
        return None
    start = boundary_at_or_before(anchor, now, recurring["interval"], recurring["interval_count"])
    return start if start < now else None


def _trial_end(params: dict[str, Any], now: int) -> int | None:
    if params.get("trial_period_days"):
        return now + int(params["trial_period_days"]) * DAY
    given = params.get("trial_end")
    return given if isinstance(given, int) else None
