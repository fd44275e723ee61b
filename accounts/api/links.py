"""Tells in the OpenAPI file where an answer leads: from a list, or a new object, to each one."""

from typing import Any

_METHODS = ("get", "patch", "put", "delete")


def add_links(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add links from collections to the operations on what they hold."""
    schemas = result["components"]["schemas"]
    for path, operations in result["paths"].items():
        collection, _slash, last = path.rpartition("/")
        if not last.startswith("{") or collection not in result["paths"]:
            continue
        for method in ("get", "post"):
            origin = result["paths"][collection].get(method)
            if origin:
                _link(origin, operations, schemas, path, last[1:-1])
    return result


def _link(
    origin: dict[str, Any],
    operations: dict[str, Any],
    schemas: dict[str, Any],
    path: str,
    name: str,
) -> None:
    for status, response in origin["responses"].items():
        if not status.startswith("2"):
            continue
        media = response.get("content", {}).get("application/json", {})
        pointer = _pointer(media.get("schema", {}), schemas, name)
        if not pointer:
            continue
        given = {
            part[1:-1]: f"$request.path.{part[1:-1]}"
            for part in path.split("/")[:-1]
            if part.startswith("{")
        }
        links = response.setdefault("links", {})
        for method in _METHODS:
            if method in operations:
                target = operations[method]["operationId"]
                links[target] = {
                    "operationId": target,
                    "parameters": given | {name: f"$response.body#{pointer}"},
                }


def _pointer(schema: dict[str, Any], schemas: dict[str, Any], name: str) -> str:
    """Return where in an answer the object's name stands, or nothing."""
    if "$ref" in schema:
        schema = schemas[str(schema["$ref"]).rpartition("/")[2]]
    if schema.get("type") == "array":
        inner = _pointer(schema.get("items", {}), schemas, name)
        return f"/0{inner}" if inner else ""
    properties = schema.get("properties", {})
    if "results" in properties:
        inner = _pointer(properties["results"], schemas, name)
        return f"/results{inner}" if inner else ""
    for each in (name, "external_id" if name == "organization" else "id"):
        if each in properties:
            return f"/{each}"
    return ""
