"""What every endpoint and every engine function gets: the store, the time, the events."""

import time
from dataclasses import dataclass, field
from typing import Any

from stripe_sandbox import errors, shapes
from stripe_sandbox.present import present
from stripe_sandbox.sdk import API_VERSION
from stripe_sandbox.store import Doc, Store, new_id

NAMES = {
    "test_helpers.test_clock": "test clock",
    "invoiceitem": "invoiceitem",
    "payment_method": "PaymentMethod",
    "billing_portal.configuration": "billing portal configuration",
}


@dataclass
class Context:
    """One unit of work inside one store transaction.

    `rehearsing` mutes events: a preview does the real thing and is undone.
    """

    store: Store
    base_url: str
    request_id: str | None = None
    idempotency_key: str | None = None
    api_version: str = API_VERSION
    rehearsing: bool = False
    emitted: list[str] = field(default_factory=list)

    # -- time ---------------------------------------------------------------------------------

    def now(self, of: Doc | None = None) -> int:
        """The second it is for an object: its test clock's, otherwise the wall clock's."""
        clock_id = of.get("test_clock") if of else None
        if clock_id:
            clock = self.store.get("test_helpers.test_clock", clock_id)
            if clock:
                return int(clock["frozen_time"])
        return int(time.time())

    # -- objects ------------------------------------------------------------------------------

    def create(self, kind: str, prefix: str, of: Doc | None = None, **fields: Any) -> Doc:
        """Store a new object; fields that Stripe may leave empty are null until given."""
        doc: Doc = {"id": fields.pop("id", None) or new_id(prefix), **shapes.blank(kind)}
        doc["object"] = kind
        if "created" in shapes.fields(kind):
            doc["created"] = self.now(of)
        if "livemode" in shapes.fields(kind):
            doc["livemode"] = False
        doc.update(fields)
        return self.store.insert(doc)

    def require(self, kind: str, identifier: Any, param: str = "id") -> Doc:
        doc = self.store.get(kind, str(identifier))
        if doc is None or doc.get("deleted"):
            raise errors.missing(NAMES.get(kind, kind), str(identifier), param)
        return doc

    def optional(self, kind: str, identifier: Any) -> Doc | None:
        return self.store.get(kind, str(identifier)) if identifier else None

    # -- events -------------------------------------------------------------------------------

    def snapshot(self, doc: Doc) -> Doc:
        return present(self.store, doc)

    def save(self, doc: Doc, event: str | None = None, before: Doc | None = None) -> Doc:
        """Write an object back; with `event` and what it looked like, tell the subscribers."""
        self.store.save(doc)
        if event:
            previous = differences(before, present(self.store, doc)) if before else None
            if previous or before is None:
                self.emit(event, doc, previous)
        return doc

    def emit(self, kind: str, doc: Doc, previous: Doc | None = None) -> None:
        if self.rehearsing:
            return
        data: Doc = {"object": present(self.store, doc)}
        if previous:
            data["previous_attributes"] = previous
        event = self.store.insert(
            {
                "id": new_id("evt_"),
                **shapes.blank("event"),
                "object": "event",
                "api_version": self.api_version,
                "created": int(time.time()),
                "data": data,
                "livemode": False,
                "pending_webhooks": 0,
                "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
                "type": kind,
            }
        )
        self.emitted.append(event["id"])
        self._enqueue(event)

    def _enqueue(self, event: Doc) -> None:
        for endpoint in self.store.all("webhook_endpoint"):
            wanted = endpoint["enabled_events"]
            if endpoint["status"] == "enabled" and ("*" in wanted or event["type"] in wanted):
                self.store.db.execute(
                    "insert into deliveries (event, endpoint, due, state) "
                    "values (?, ?, ?, 'waiting')",
                    (event["id"], endpoint["id"], time.time()),
                )
                event["pending_webhooks"] += 1
                self.store.save(event)


def differences(before: Doc, after: Doc) -> Doc:
    """What `previous_attributes` holds: earlier values of the fields that changed."""
    changed: Doc = {}
    for key, old in before.items():
        new = after.get(key)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict) and old.get("object") != "list":
            changed[key] = differences(old, new) or old
        else:
            changed[key] = old
    for key in after.keys() - before.keys():
        changed[key] = None
    return changed
