"""What most endpoints do alike: lists with filters, updates of plain fields, metadata."""

from itertools import islice
from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine.subscriptions import merged
from stripe_sandbox.present import listing, present
from stripe_sandbox.store import Doc

PAGING = "limit starting_after ending_before"


def page(
    cx: Context,
    kind: str,
    params: dict[str, Any],
    url: str,
    *,
    where: dict[str, str | None] | None = None,
    equal: tuple[str, ...] = (),
    ranges: tuple[str, ...] = ("created",),
    keep: Any = None,
) -> Doc:
    """A list, newest first; `equal` and `ranges` name parameters that filter the same fields."""
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise errors.invalid("Invalid integer: limit must be between 1 and 100.", "limit")
    backwards = "ending_before" in params
    matching = (
        doc
        for doc in cx.store.scan(
            kind,
            where,
            newest_first=not backwards,
            before=_cursor(cx, params, "starting_after"),
            after=_cursor(cx, params, "ending_before"),
        )
        if not doc.get("deleted")
        and all(doc.get(name) == params[name] for name in equal if name in params)
        and all(in_range(doc.get(name), params[name]) for name in ranges if name in params)
        and (keep is None or keep(doc))
    )
    found = list(islice(matching, limit + 1))
    shown = found[:limit]
    if backwards:
        shown.reverse()
    data = [present(cx.store, doc) for doc in shown]
    return listing(data, url, has_more=len(found) > limit)


def _cursor(cx: Context, params: dict[str, Any], name: str) -> int | None:
    if name not in params:
        return None
    seq = cx.store.seq(params[name])
    if seq is None:
        raise errors.invalid(f"No such object: '{params[name]}'", name, "resource_missing")
    return seq


def cut(cx: Context, found: list[Doc], params: dict[str, Any], url: str, limit: int) -> Doc:
    """One page of objects that are already in order."""
    for cursor in ("starting_after", "ending_before"):
        if cursor not in params:
            continue
        position = next((i for i, d in enumerate(found) if d["id"] == params[cursor]), None)
        if position is None:
            raise errors.invalid(f"No such object: '{params[cursor]}'", cursor, "resource_missing")
        if cursor == "starting_after":
            found = found[position + 1 :]
        else:
            before = found[:position]
            shown = before[-limit:]
            return listing(
                [present(cx.store, d) for d in shown], url, has_more=len(before) > len(shown)
            )
    return listing(
        [present(cx.store, doc) for doc in found[:limit]], url, has_more=len(found) > limit
    )


def in_range(value: Any, wanted: Any) -> bool:
    if value is None:
        return False
    if not isinstance(wanted, dict):
        return bool(value == wanted)
    return (
        ("gt" not in wanted or value > wanted["gt"])
        and ("gte" not in wanted or value >= wanted["gte"])
        and ("lt" not in wanted or value < wanted["lt"])
        and ("lte" not in wanted or value <= wanted["lte"])
    )


def assign(doc: Doc, params: dict[str, Any], *names: str) -> None:
    """Copy plain fields; an empty string clears, metadata is merged."""
    for name in names:
        if name not in params:
            continue
        if name == "metadata":
            doc["metadata"] = merged(doc.get("metadata"), params["metadata"])
        else:
            doc[name] = None if params[name] == "" else plain(params[name])


def plain(value: Any) -> Any:
    """Decimals as Stripe writes them, in text."""
    return str(value) if type(value).__name__ == "Decimal" else value


def removed(doc: Doc) -> Doc:
    return {"id": doc["id"], "object": doc["object"], "deleted": True}
