"""Tells in the OpenAPI file where an answer leads: to each object, and to what is done with it."""

from collections.abc import Iterator
from typing import Any

_METHODS = ("get", "post", "patch", "put", "delete")
type Operations = dict[str, Any]


def add_links(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add links from collections, and from each object, to the operations on the object."""
    schemas, paths = result["components"]["schemas"], result["paths"]
    for path in _objects(paths):
        collection, _slash, last = path.rpartition("/")
        targets = list(_on_object(path, paths))
        for method in ("get", "post"):
            origin = paths.get(collection, {}).get(method)
            if origin:
                _link(origin, targets, schemas, path, last[1:-1])
        for method in ("get", "put", "patch"):
            origin = paths.get(path, {}).get(method)
            if origin:
                _link_from_itself(origin, targets, path)
    return result


def _objects(paths: dict[str, Operations]) -> Iterator[str]:
    """Yield the addresses of objects, of those too that are not read by themselves."""
    seen = set()
    for path in paths:
        parts = path.split("/")
        for end, part in enumerate(parts, start=1):
            found = "/".join(parts[:end])
            if part.startswith("{") and found not in seen:
                seen.add(found)
                yield found


def _on_object(path: str, paths: dict[str, Operations]) -> Iterator[Operations]:
    """Yield the operations on the object at an address, and on what stands below it alone."""
    for other, operations in paths.items():
        below = other.removeprefix(path)
        if other == path or (other.startswith(f"{path}/") and "{" not in below):
            yield from (operations[method] for method in _METHODS if method in operations)


def _link(
    origin: Operations,
    targets: list[Operations],
    schemas: dict[str, Any],
    path: str,
    name: str,
) -> None:
    for response in _successes(origin):
        media = response.get("content", {}).get("application/json", {})
        pointer = _pointer(media.get("schema", {}), schemas, name)
        if pointer:
            given = _given(path.rpartition("/")[0])
            _add(response, targets, given | {name: f"$response.body#{pointer}"})


def _link_from_itself(origin: Operations, targets: list[Operations], path: str) -> None:
    for response in _successes(origin):
        others = [each for each in targets if each["operationId"] != origin["operationId"]]
        _add(response, others, _given(path))


def _add(response: Operations, targets: list[Operations], parameters: dict[str, str]) -> None:
    for target in targets:
        name = target["operationId"]
        links = response.setdefault("links", {})
        links.setdefault(name, {"operationId": name, "parameters": parameters})


def _successes(operation: Operations) -> Iterator[Operations]:
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            yield response


def _given(path: str) -> dict[str, str]:
    """Return the parameters of an address, as the request named them."""
    return {
        part[1:-1]: f"$request.path.{part[1:-1]}"
        for part in path.split("/")
        if part.startswith("{")
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
    # `note_key` is the note's `key`, `task_id` the task's `id`.
    for each in (name, "external_id" if name == "organization" else name.rpartition("_")[2], "id"):
        if each in properties:
            return f"/{each}"
    return ""
