"""Time: test clocks that are advanced by hand, and the wall clock for everything else.

Each object notes the second of its next step; both kinds of time work through these one by one in
order, so a renewal's invoice finalizes and is retried in between, as it would be.
"""

import time

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine import renewals
from stripe_sandbox.store import Doc

FURTHEST = 2 * 366 * 86400
ENOUGH = 20_000


def advance(cx: Context, clock: Doc, target: int) -> Doc:
    """Move a test clock to `target`, doing on the way all that falls due."""
    if target <= clock["frozen_time"]:
        raise errors.invalid(
            "Test clocks can only be advanced forward. The requested time must be later than "
            f"{clock['frozen_time']}.",
            "frozen_time",
        )
    if target - clock["frozen_time"] > FURTHEST:
        raise errors.invalid(
            "You can only advance a test clock up to two years at a time.", "frozen_time"
        )
    clock["status"] = "advancing"
    clock["status_details"] = {"advancing": {"target_frozen_time": target}}
    cx.save(clock, "test_helpers.test_clock.advancing")
    answer = cx.snapshot(clock)
    _do_due(cx, clock, target)
    clock.update(frozen_time=target, status="ready", status_details={})
    cx.save(clock, "test_helpers.test_clock.ready")
    return answer


def keep_up(cx: Context) -> None:
    """Let every test clock that is behind the wall clock show its time, as if it ran."""
    now = int(time.time())
    for clock in cx.store.all("test_helpers.test_clock"):
        if clock["frozen_time"] < now:
            _do_due(cx, clock, now)
            clock["frozen_time"] = now
            cx.store.save(clock)


def _do_due(cx: Context, clock: Doc, target: int) -> None:
    """Do in order what falls due on a clock up to `target`."""
    for _ in range(ENOUGH):
        doc = cx.store.first_due(clock["id"], target)
        if doc is None:
            break
        clock["frozen_time"] = max(clock["frozen_time"], doc["_due"])
        cx.store.save(clock)
        renewals.handle(cx, doc)


def run_due(cx: Context) -> bool:
    """One thing that fell due on the wall clock; false when there is none."""
    doc = cx.store.first_due("", int(time.time()))
    if doc is None:
        return False
    renewals.handle(cx, doc)
    return True


def delete(cx: Context, clock: Doc) -> None:
    """A test clock goes with everything that lived on it."""
    for doc in cx.store.of_clock(clock["id"]):
        if doc["object"] == "subscription":
            doc.update(_due=None, status="canceled", schedule=None)
            cx.store.save(doc)
        elif doc["object"] == "customer":
            doc["deleted"] = True
            cx.store.save(doc)
        elif doc["object"] != "invoice":
            cx.store.delete(doc["id"])
        else:
            doc["_due"] = None
            cx.store.save(doc)
    cx.store.delete(clock["id"])
