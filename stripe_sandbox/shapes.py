"""Shapes of objects, read from the SDK's resource classes: which fields there are and may be null.

New objects start from these, so that no field is forgotten; the tests hold every answer against
them with `violations`.
"""

import ast
from functools import cache
from typing import Any

from stripe_sandbox import sdk

# Given only when asked for with `expand`, or not at all in test mode.
INCLUDABLE = {
    "customer": {
        "subscriptions",
        "sources",
        "tax_ids",
        "tax",
        "invoice_credit_balance",
        "cash_balance",
    },
    "price": {"tiers", "currency_options"},
    "invoice": {"payments", "confirmation_secret"},
    "coupon": {"applies_to", "currency_options"},
    "checkout.session": {"line_items", "customer_account", "presentment_details"},
    "charge": {"refunds", "level3", "source"},
    "webhook_endpoint": {"secret", "application"},
    "billing_portal.configuration": {"application"},
    "subscription": {"presentment_details", "managed_payments"},
    "payment_intent": {"presentment_details", "managed_payments"},
    "refund": {"presentment_details", "instructions_email", "next_action"},
    "event": {"account", "context"},
}

# Of the many optional fields of these, the ones that are always sent.
ONLY = {
    "payment_method": {"allow_redisplay", "customer", "customer_account", "metadata"},
    "account": {"business_type", "country", "default_currency", "email", "charges_enabled"},
    "mandate": set(),
}


def _of(kind: str) -> sdk.Shape:
    found = sdk.shape(kind)
    if found is None:
        raise KeyError(f"The SDK has no object {kind}")
    return found


@cache
def fields(kind: str) -> frozenset[str]:
    return frozenset(_of(kind).fields) | {"object", "id"}


@cache
def _nullable(kind: str) -> tuple[str, ...]:
    skipped = INCLUDABLE.get(kind, set()) | {"deleted"}
    return tuple(
        name
        for name, annotation in _of(kind).fields.items()
        if _is_optional(annotation)
        and name not in skipped
        and (kind not in ONLY or name in ONLY[kind])
    )


def blank(kind: str) -> dict[str, Any]:
    return dict.fromkeys(_nullable(kind))


def _is_optional(annotation: ast.expr) -> bool:
    return isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Optional"


def is_expandable(kind: str, path: tuple[str, ...]) -> bool:
    """Whether the SDK declares the field at `path` inside an object as one that can be expanded."""
    shape: sdk.Shape | None = sdk.shape(kind)
    for position, name in enumerate(path):
        if shape is None or name not in shape.fields:
            return False
        annotation = ast.unparse(shape.fields[name])
        if position == len(path) - 1:
            return "ExpandableField" in annotation
        shape = next((shape.nested[n] for n in shape.nested if n in _words(annotation)), None)
    return False


def _words(annotation: str) -> set[str]:
    for mark in "[]',|":
        annotation = annotation.replace(mark, " ")
    return set(annotation.split())


def violations(value: Any, at: str = "") -> list[str]:
    """How an answer departs from the SDK's classes: unknown, absent or wrongly null fields."""
    if isinstance(value, list):
        return [text for i, item in enumerate(value) for text in violations(item, f"{at}[{i}]")]
    if not isinstance(value, dict):
        return []
    kind = value.get("object")
    if kind == "list":
        return violations(value["data"], f"{at}.data")
    shape = sdk.shape(kind) if isinstance(kind, str) else None
    if shape is None:
        return []
    if value.get("deleted"):
        return []
    return _against(shape, value, at or str(kind))


def _against(shape: sdk.Shape, value: dict[str, Any], at: str) -> list[str]:
    found = [
        f"{at}.{name}: not a field" for name in value.keys() - shape.fields.keys() - {"object"}
    ]
    for name, annotation in shape.fields.items():
        optional = _is_optional(annotation)
        if name not in value:
            if not optional:
                found.append(f"{at}.{name}: absent")
        elif value[name] is None:
            if not optional:
                found.append(f"{at}.{name}: null")
        else:
            found += _field(shape, annotation, value[name], f"{at}.{name}")
    return found


def _field(shape: sdk.Shape, annotation: ast.expr, value: Any, at: str) -> list[str]:
    words = _words(ast.unparse(annotation))
    nested = next((shape.nested[name] for name in shape.nested if name in words), None)
    items = value if isinstance(value, list) else [value]
    found: list[str] = []
    for item in items:
        if isinstance(item, dict) and nested is not None and "object" not in item:
            found += _against(nested, item, at)
        elif isinstance(item, dict):
            found += violations(item, at)
        elif isinstance(item, str) and "Literal" in words:
            allowed = {n.value for n in ast.walk(annotation) if isinstance(n, ast.Constant)}
            if item not in allowed:
                found.append(f"{at}: {item!r} is none of the SDK's values")
    return found
