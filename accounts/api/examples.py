"""Gives every body of the OpenAPI file an example that its schema allows."""

from collections.abc import Iterator
from typing import Any

_DEPTH = 7
_BY_NAME: dict[str, Any] = {
    "actor": "ada@example.com",
    "city": "Berlin",
    "code": "editor",
    "color": "#0b6e4f",
    "country": "DE",
    "cursor": "WzE3XQ==",
    "description": "Seats for the design team",
    "event_types": "member.left",
    "external_id": "u-1042",
    "feature": "editor",
    "has_buttons": False,
    "interval": "month",
    "kind": "feature",
    "language": "en",
    "line1": "Torstrasse 1",
    "locale": "en",
    "member": "u-1042",
    "name": "Ada Lovelace",
    "next": None,
    "note": "Agreed with finance",
    "organization": "acme",
    "plan": "team",
    "po_number": "PO-4711",
    "postal_code": "10115",
    "previous": None,
    "reason": "Design joins in December",
    "region": "North",
    "time_zone": "Europe/Berlin",
    "title": "Seats for the design team",
    "vat_id": "DE129274202",
}
_BY_FORMAT: dict[str, Any] = {
    "binary": "",
    "date": "2026-11-02",
    "date-time": "2026-11-02T09:00:00Z",
    "decimal": "12.50",
    "email": "ada@example.com",
    "ipv4": "203.0.113.7",
    "uri": "https://app.example.com/o/acme/",
    "uuid": "0192f0c4-7b1e-7c3a-9a41-5d2c8e6f1b07",
}
_MINOR = 4900
_METHODS = ("get", "post", "put", "patch", "delete")


def add_examples(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add what is missing, after every other hook."""
    schemas = result["components"]["schemas"]
    for operations in result["paths"].values():
        for method in _METHODS:
            if method not in operations:
                continue
            operation = operations[method]
            for media in operation.get("requestBody", {}).get("content", {}).values():
                _complete(media, schemas, is_sent=True, is_part=method == "patch")
            for response in operation["responses"].values():
                for kind, media in response.get("content", {}).items():
                    if "json" in kind:
                        _complete(media, schemas, is_sent=False, is_part=False)
    return result


def _complete(
    media: dict[str, Any], schemas: dict[str, Any], *, is_sent: bool, is_part: bool
) -> None:
    if "example" in media or "examples" in media or "schema" not in media:
        return
    found = example_of(media["schema"], schemas, is_sent=is_sent)
    if is_part and isinstance(found, dict):
        # A change names what it changes, and nothing else.
        found = dict(list(found.items())[:1])
    media["example"] = found


def example_of(
    schema: dict[str, Any],
    schemas: dict[str, Any],
    *,
    is_sent: bool,
    name: str = "",
    depth: int = 0,
) -> Any:
    """Return a value that the schema allows; `name` is the field's."""
    if "$ref" in schema:
        target = schemas[str(schema["$ref"]).rpartition("/")[2]]
        return example_of(target, schemas, is_sent=is_sent, name=name, depth=depth + 1)
    if "example" in schema:
        return schema["example"]
    if schema.get("examples"):
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return next((each for each in schema["enum"] if each not in ("", None)), schema["enum"][0])
    if all_of := schema.get("allOf"):
        return example_of(all_of[0], schemas, is_sent=is_sent, name=name, depth=depth)
    for choice in ("oneOf", "anyOf"):
        if choice in schema:
            kinds = [each for each in schema[choice] if each.get("type") != "null"]
            return example_of(kinds[0], schemas, is_sent=is_sent, name=name, depth=depth)
    kinds = schema.get("type", "object" if "properties" in schema else "")
    kind = next(
        (each for each in kinds if each != "null") if isinstance(kinds, list) else iter([kinds])
    )
    if kind == "object":
        return dict(_fields(schema, schemas, is_sent=is_sent, depth=depth))
    if kind == "array":
        if depth > _DEPTH and not schema.get("minItems"):
            return []
        return [
            example_of(
                schema.get("items", {}), schemas, is_sent=is_sent, name=name, depth=depth + 1
            )
            for _each in range(max(1, schema.get("minItems", 0)))
        ]
    return _scalar(schema, str(kind), name, is_nullable=isinstance(kinds, list))


def _fields(
    schema: dict[str, Any], schemas: dict[str, Any], *, is_sent: bool, depth: int
) -> Iterator[tuple[str, Any]]:
    for name, inner in schema.get("properties", {}).items():
        if is_sent and inner.get("readOnly"):
            continue
        if depth > _DEPTH and name not in schema.get("required", ()):
            continue
        yield name, example_of(inner, schemas, is_sent=is_sent, name=name, depth=depth + 1)
    more = schema.get("additionalProperties")
    if isinstance(more, dict) and more and not schema.get("properties"):
        yield "en", example_of(more, schemas, is_sent=is_sent, depth=depth + 1)


def _scalar(schema: dict[str, Any], kind: str, name: str, *, is_nullable: bool) -> Any:
    if kind in ("integer", "number"):
        usual = _MINOR if name.endswith("_minor") else 3
        low = schema.get("minimum", usual)
        return int(min(max(usual, low), schema.get("maximum", max(usual, low))))
    if kind == "boolean":
        return schema.get("default", _BY_NAME.get(name, True))
    if kind != "string":
        return {}
    if name in ("next", "previous") and is_nullable:
        return None
    return _text(schema, name)


def _text(schema: dict[str, Any], name: str) -> str:
    if found := _BY_FORMAT.get(schema.get("format", "")):
        return str(found)
    pattern = str(schema.get("pattern", ""))
    if "{2}" in pattern:
        return "DE"
    if name == "currency" or name.endswith("_currency"):
        return "EUR"
    if schema.get("default"):
        return str(schema["default"])
    text = str(_BY_NAME.get(name) or name.replace("_", "-") or "text")
    long_enough = text.ljust(schema.get("minLength", 0), "x")
    return long_enough[: schema.get("maxLength", len(long_enough))]
