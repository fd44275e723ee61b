"""Completes the generated OpenAPI file: the errors of every operation."""

import re
from collections.abc import Iterator
from typing import Any

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "code", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "code": {"type": "string", "description": "stable, for programs"},
        "title": {"type": "string", "description": "a sentence, for people"},
        "status": {"type": "integer"},
        "request_id": {
            "type": "string",
            "description": "by this our logs, and traces where they are kept, know the request",
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
_SENTENCES = {
    "400": "The request is not right; `errors` names the fields.",
    "401": "The API key is missing, unknown, revoked or expired.",
    "403": "This key may not do that.",
    "404": "There is no such object, or it is another organization's.",
    "405": "The address does not take this method; see Allow.",
    "406": "Only application/json can be given.",
    "409": "The state has changed; `code` says how.",
    "412": "What was read has changed since; nothing was done.",
    "413": "The body is larger than the endpoint accepts.",
    "415": "The body is not JSON.",
    "422": "Understood, but not possible as the state is, or the Idempotency-Key is another's.",
    "428": "Send If-Match with the ETag of what was read.",
    "429": "Too many requests; see Retry-After.",
}
# A code that the status often has.
_CODES = {
    "400": "invalid",
    "401": "authentication_failed",
    "403": "scope_missing",
    "404": "not_found",
    "405": "method_not_allowed",
    "406": "not_acceptable",
    "409": "request_under_way",
    "412": "precondition_failed",
    "413": "too_large",
    "415": "unsupported_media_type",
    "422": "idempotency_key_reused",
    "428": "precondition_required",
    "429": "throttled",
}
_METHODS = ("get", "post", "put", "patch", "delete")


def problem_response(status: str) -> dict[str, Any]:
    """Return the response object for an error status."""
    code = _CODES[status]
    return {
        "description": _SENTENCES[status],
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": {
                    "type": f"urn:headroom:problem:{code}",
                    "code": code,
                    "title": _SENTENCES[status],
                    "status": int(status),
                    "request_id": "5f2c1d7ab04e4c7e9a1f30d2c68b7e11",
                },
            }
        },
    }


def add_problem_responses(
    result: dict[str, Any], generator: Any = None, **_: Any
) -> dict[str, Any]:
    """Give every operation its error answers, and what its frame takes."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    views = {
        (path, method.lower()): callback.cls
        for path, _regex, method, callback in (generator.endpoints if generator else ())
    }
    for path, operations in result.get("paths", {}).items():
        for method, operation in operations.items():
            if method not in _METHODS:
                continue
            statuses = ["400", "401", "403", "405", "406", "429"]
            if "{" in path or _names_organization(operation):
                statuses.append("404")
            if method != "get":
                statuses += ["409", "412", "413", "415", "422"]
            # A list that is computed may not be possible; its description names the code.
            statuses += re.findall(r"\b(?:409|422)\b", operation.get("description", ""))
            for status in statuses:
                given = operation["responses"].get(status, {})
                if "application/problem+json" not in given.get("content", {}):
                    operation["responses"][status] = problem_response(status)
            view = views.get((path, method))
            _describe_frame(method, operation, needs_key=method in getattr(view, "needs_key", ()))
            if method != "get" and "get" in operations:
                _describe_match(operation, is_needed=method in getattr(view, "needs_match", ()))
    return result


def _names_organization(operation: dict[str, Any]) -> bool:
    """Tell whether an operation over all organizations can be asked for one."""
    return any(given["name"] == "organization" for given in operation.get("parameters", ()))


def _describe_match(operation: dict[str, Any], *, is_needed: bool) -> None:
    """Add If-Match, which a change of something readable takes."""
    if is_needed:
        operation["responses"]["428"] = problem_response("428")
    operation["parameters"].append(
        {
            "name": "If-Match",
            "in": "header",
            "required": is_needed,
            "description": "The ETag of what was read: if it has changed since, nothing is done.",
            "schema": {"type": "string"},
        }
    )


def _describe_frame(method: str, operation: dict[str, Any], *, needs_key: bool) -> None:
    """Add the parameters that every operation takes."""
    parameters = operation.setdefault("parameters", [])
    if method == "get":
        operation["responses"]["304"] = {"description": "The caller has it; see If-None-Match."}
        if "application/json" not in operation["responses"].get("200", {}).get("content", {}):
            return
        parameters.append(
            {
                "name": "fields",
                "in": "query",
                "required": False,
                "description": "Names of fields, with commas between: only those are given.",
                "schema": {"type": "string", "minLength": 1},
            }
        )
    else:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": needs_key,
                "description": "Chosen by the caller: the request is done once (docs/api.md).",
                # Printable, and no space at an end: HTTP would drop it on the way.
                "schema": {"type": "string", "pattern": "^[!-~]([ -~]{0,198}[!-~])?$"},
            }
        )


# What drf-spectacular says of decimals takes a lone minus too.
_DECIMAL = re.compile(r"\^-\?\\d\{0,(\d+)\}\(\?:\\\.\\d\{0,(\d+)\}\)\?\$")


def say_what_is_taken(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say of texts what serializers ask of them: a character at least, and digits in a decimal.

    What is answered may be empty, and the empty text is no default: it stands for leaving it out.
    """
    schemas = result["components"]["schemas"]
    for name in _named(result, "responses") - _named(result, "requestBody"):
        for found in _parts(schemas[name]):
            if found.get("minLength") == 1:
                del found["minLength"]
    for found in _parts(result):
        told = found.keys() & {"pattern", "minLength", "format", "enum"}
        if found.get("default") == "" and told:
            del found["default"]
        if told == {"minLength"} and found.get("type") == "string":
            found["pattern"] = r"\S"
        if digits := _DECIMAL.fullmatch(str(found.get("pattern", ""))):
            whole, places = digits.groups()
            found["pattern"] = rf"^-?(?:\d{{1,{whole}}}(?:\.\d{{0,{places}}})?|\.\d{{1,{places}}})$"
    return result


def _parts(whole: Any) -> Iterator[dict[str, Any]]:
    """Yield every object inside a document."""
    pending = [whole]
    while pending:
        found = pending.pop()
        if isinstance(found, dict):
            yield found
            pending.extend(found.values())
        elif isinstance(found, list):
            pending.extend(found)


def _named(result: dict[str, Any], part: str) -> set[str]:
    """Return the names of the schemas that `responses`, or each `requestBody`, are made of."""
    schemas = result["components"]["schemas"]
    pending: list[Any] = [
        operation[part]
        for operations in result["paths"].values()
        for operation in operations.values()
        if isinstance(operation, dict) and part in operation
    ]
    names: set[str] = set()
    while pending:
        for found in _parts(pending.pop()):
            name = str(found.get("$ref", "")).rpartition("/")[2]
            if name in schemas and name not in names:
                names.add(name)
                pending.append(schemas[name])
    return names
