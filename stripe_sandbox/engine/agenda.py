"""When something next happens to a subscription by itself."""

from stripe_sandbox.context import Context
from stripe_sandbox.store import Doc

INCOMPLETE_EXPIRES = 23 * 3600
PENDING_UPDATE_EXPIRES = 23 * 3600
TOLD_BEFORE_TRIAL_ENDS = 3 * 86400
ENDED = {"canceled", "incomplete_expired"}


def items_of(cx: Context, sub: Doc) -> list[Doc]:
    return cx.store.all("subscription_item", subscription=sub["id"])


def period_end(cx: Context, sub: Doc) -> int:
    """The second at which the current period ends."""
    return int(min(item["current_period_end"] for item in items_of(cx, sub)))


def reschedule(cx: Context, sub: Doc) -> Doc:
    """Note the subscription's next moment, after anything about it changed."""
    sub["_due"] = _next(cx, sub)
    return cx.store.save(sub)


def _next(cx: Context, sub: Doc) -> int | None:
    if sub["status"] in ENDED:
        return None
    if sub["status"] == "incomplete":
        return int(sub["created"]) + INCOMPLETE_EXPIRES
    moments = []
    if sub["status"] != "paused":
        moments.append(period_end(cx, sub))
    if sub["cancel_at"]:
        moments.append(sub["cancel_at"])
    if sub["trial_end"] and sub["status"] == "trialing":
        moments.append(sub["trial_end"])
        if not sub.get("_told_of_trial_end"):
            moments.append(sub["trial_end"] - TOLD_BEFORE_TRIAL_ENDS)
    if sub["pending_update"]:
        moments.append(sub["pending_update"]["expires_at"])
    schedule = cx.optional("subscription_schedule", sub["schedule"])
    if schedule and schedule["current_phase"]:
        moments.append(schedule["current_phase"]["end_date"])
    return min(moments) if moments else None
