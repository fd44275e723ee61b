"""Writes the models and operations of `headroom_client` from docs/openapi.yaml, and the script of
`headroom.js` for pages without modules.

    python -m scripts.generate_client

A test compares the files with what this would write, so that the client follows the API.
"""
# ruff: noqa: S603

import keyword
import re
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scripts.checks import ROOT, tool

SOURCE = ROOT / "docs" / "openapi.yaml"
PACKAGE = ROOT / "clients" / "python" / "headroom_client"
JAVASCRIPT = ROOT / "clients" / "javascript"
HEADER = '''"""{title}

Written by `python -m scripts.generate_client` from docs/openapi.yaml; not changed by hand.
"""
'''
# POSTs that read, or whose events are told apart by their ids: twice is once.
SAFE = {"report_usage", "check_entitlement", "browser_token"}
# Called by pages, which have no key: clients/javascript.
FOR_PAGES = {"report_browser_usage"}
# The typed models are whole; and what packs a body is the sender's matter.
LEFT_OUT = {"fields", "Idempotency-Key", "Content-Encoding"}
# The errors module has it.
NO_MODELS = {"Problem"}
METHODS = ("get", "post", "put", "patch", "delete")

_SCALARS = {"integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_FORMATS = {"date-time": "dt.datetime", "date": "dt.date", "binary": "bytes"}


def snake(name: str) -> str:
    """Return a name of the wire as one of Python."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    plain = re.sub(r"\W+", "_", spaced).strip("_").lower()
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def sentence(text: str) -> str:
    """Return a description as text that can stand in a docstring."""
    return " ".join(str(text).split()).replace("\\", "\\\\").replace('"""', "'''")


def docstring(text: str, indent: str = "    ") -> str:
    wrapped = textwrap.wrap(sentence(text) or "No description.", 96 - len(indent))
    joined = f"\n{indent}".join(wrapped)
    end = " " if joined.endswith('"') else ""
    return f'{indent}"""{joined}{end}"""\n'


def type_of(schema: dict[str, Any], prefix: str = "") -> str:
    """Return the annotation of a schema; what has no form is Any."""
    if "$ref" in schema:
        return prefix + str(schema["$ref"]).rpartition("/")[2]
    for word in ("allOf", "oneOf", "anyOf"):
        if word in schema:
            kinds = [type_of(each, prefix) for each in schema[word]]
            return union(kinds)
    kind = schema.get("type")
    if isinstance(kind, list):
        return union([type_of({**schema, "type": each}, prefix) for each in kind])
    found = _plain(schema, kind, prefix)
    return union([found, "None"]) if schema.get("nullable") else found


def _plain(schema: dict[str, Any], kind: Any, prefix: str) -> str:
    if kind == "array":
        return f"list[{type_of(schema.get('items', {}), prefix)}]"
    if kind == "object":
        inner = schema.get("additionalProperties")
        held = type_of(inner, prefix) if isinstance(inner, dict) and inner else "Any"
        return f"dict[str, {held}]"
    if kind == "string" or (kind is None and "enum" in schema):
        return _FORMATS.get(schema.get("format", ""), "str")
    return _SCALARS.get(str(kind), "Any")


def union(kinds: list[str]) -> str:
    """Return a union without repetitions, None last. Texts of several forms are one text."""
    parts = list(dict.fromkeys(part for kind in kinds for part in kind.split(" | ")))
    if "Any" in parts:
        return "Any"
    return " | ".join(sorted(parts, key=lambda part: part == "None"))


def references(schema: Any) -> set[str]:
    """Return the names of the schemas that a schema names anywhere inside."""
    if isinstance(schema, dict):
        own = {str(schema["$ref"]).rpartition("/")[2]} if "$ref" in schema else set()
        return own.union(*(references(value) for value in schema.values()))
    if isinstance(schema, list):
        return set().union(*(references(value) for value in schema))
    return set()


def sent(document: dict[str, Any]) -> set[str]:
    """Return the schemas that a request may hold."""
    schemas = document["components"]["schemas"]
    waiting = set()
    for operations in document["paths"].values():
        for method in METHODS:
            waiting |= references(operations.get(method, {}).get("requestBody", {}))
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= references(schemas.get(name, {})) - found
    return found


def models(document: dict[str, Any]) -> str:
    """Return the module of models."""
    body = HEADER.format(title="What the API takes and answers, as typed structures.")
    body += (
        "\nfrom __future__ import annotations\n\n"
        "import datetime as dt\nfrom typing import Any\n\n"
        "from msgspec import UNSET, Struct, UnsetType, field\n\n"
    )
    schemas: dict[str, dict[str, Any]] = document["components"]["schemas"]
    requests = sent(document)
    enums = {name: s for name, s in schemas.items() if "enum" in s}
    for name, schema in enums.items():
        # A value that a later server adds must not break an earlier client: a text, not a Literal.
        values = ", ".join(repr(value) for value in schema["enum"] if value != "")
        body += f"{name} = str\n" + docstring(f"One of {values or 'an empty text'}.", "")
    for name, schema in schemas.items():
        if name not in enums and name not in NO_MODELS:
            body += "\n\n" + model(name, schema, is_sent=name in requests)
    return body


def model(name: str, schema: dict[str, Any], *, is_sent: bool) -> str:
    properties: dict[str, dict[str, Any]] = schema.get("properties", {})
    if not properties:
        return f"{name} = {type_of(schema)}\n"
    required = set(schema.get("required", ()))
    body = f"class {name}(Struct, kw_only=True, frozen=True{', omit_defaults=True' * is_sent}):\n"
    body += docstring(schema.get("description") or f"{name}, as the API describes it.")
    for wire, property_schema in properties.items():
        body += _field(wire, property_schema, is_required=wire in required, is_sent=is_sent)
    return body


def _field(wire: str, schema: dict[str, Any], *, is_required: bool, is_sent: bool) -> str:
    python = snake(wire)
    kind = type_of(schema)
    default = ""
    if not is_required:
        # What is left out of a request stays as it is; null clears it.
        kind = union([kind, "UnsetType"] if is_sent else [kind, "None"])
        default = "UNSET" if is_sent else "None"
    if python != wire:
        arguments = [f'name="{wire}"', *([f"default={default}"] if default else [])]
        line = f"    {python}: {kind} = field({', '.join(arguments)})\n"
    else:
        line = f"    {python}: {kind}{f' = {default}' if default else ''}\n"
    described = schema.get("description")
    return line + (docstring(described) if described else "")


@dataclass(frozen=True)
class Operation:
    """One operation as a method."""

    name: str
    method: str
    path: str
    text: str
    inside: list[str]
    body: str
    body_required: bool
    query: list[tuple[str, str, bool]]
    headers: list[str]
    answer: str
    takes_key: bool
    item: str

    def arguments(self, *, without: frozenset[str] = frozenset()) -> str:
        positional = [f"{snake(name)}: str" for name in self.inside]
        if self.body and self.body_required:
            positional.append(f"body: {self.body}")
        named = [
            f"{snake(name)}: {kind}" + ("" if needed else " | None = None")
            for name, kind, needed in sorted(self.query, key=lambda q: not q[2])
            if name not in without
        ]
        if self.body and not self.body_required:
            named.append(f"body: {self.body} | None = None")
        named += [f"{snake(name)}: str | None = None" for name in self.headers]
        if self.takes_key:
            named.append("idempotency_key: str | None = None")
        return ", ".join(["self", *positional, *(["*", *named] if named else [])])

    def call(self) -> str:
        """Return the expression of the call."""
        path = re.sub(r"{([^}]+)}", lambda m: "{quoted(" + snake(m[1]) + ")}", self.path)
        parts = [
            f'"{self.method.upper()}"',
            f'{"f" if "{" in path else ""}"{path}"',
            "type(None)" if self.answer == "None" else self.answer,
        ]
        if self.query:
            pairs = ", ".join(f'"{name}": {snake(name)}' for name, _kind, _needed in self.query)
            parts.append(f"params={{{pairs}}}")
        if self.headers:
            pairs = ", ".join(f'"{name}": {snake(name)}' for name in self.headers)
            parts.append(f"headers={{{pairs}}}")
        if self.body:
            parts.append("body=body")
        if self.takes_key:
            parts += ["takes_key=True", "key=idempotency_key"]
        if self.name in SAFE:
            parts.append("is_safe=True")
        return f"Call({', '.join(parts)})"

    def written(self, *, is_async: bool) -> str:
        """Return the method, and the one that walks over its pages."""
        word, wait = ("async ", "await ") if is_async else ("", "")
        text = f"    {word}def {self.name}({self.arguments()}) -> {self.answer}:\n"
        text += docstring(self.text, " " * 8)
        text += f"        return {wait}self.call({self.call()})\n\n"
        return text + (self._walk(word, wait, is_async=is_async) if self.item else "")

    def _walk(self, word: str, wait: str, *, is_async: bool) -> str:
        kind = "AsyncIterator" if is_async else "Iterator"
        arguments = self.arguments(without=frozenset({"cursor"}))
        given = [snake(name) for name in self.inside]
        given += [
            f"{snake(name)}={snake(name)}"
            for name, _kind, _needed in self.query
            if name != "cursor"
        ]
        given += [f"{snake(name)}={snake(name)}" for name in self.headers]
        return (
            f"    {word}def iter_{self.name}({arguments}) -> {kind}[{self.item}]:\n"
            + docstring(f"Every one of `{self.name}`, page after page.", " " * 8)
            + "        cursor: str | None = None\n        while True:\n"
            + f"            page = {wait}self.{self.name}({', '.join([*given, 'cursor=cursor'])})\n"
            + (
                "            for each in page.results:\n                yield each\n"
                if is_async
                else "            yield from page.results\n"
            )
            + "            cursor = cursor_of(page.next)\n"
            + "            if cursor is None:\n                return\n\n"
        )


def operations(document: dict[str, Any]) -> list[Operation]:
    """Return every operation of the document, by name."""
    found = [
        _operation(document, path, method, methods[method])
        for path, methods in document["paths"].items()
        for method in METHODS
        if method in methods and methods[method]["operationId"] not in FOR_PAGES
    ]
    return sorted(found, key=lambda operation: operation.name)


def _operation(
    document: dict[str, Any], path: str, method: str, described: dict[str, Any]
) -> Operation:
    parameters = described.get("parameters", [])
    query = [
        (p["name"], type_of(p.get("schema", {}), "models."), bool(p.get("required")))
        for p in parameters
        if p["in"] == "query" and p["name"] not in LEFT_OUT
    ]
    request = described.get("requestBody", {})
    answer, item = _answer(document, described)
    if not any(name == "cursor" for name, _kind, _needed in query):
        item = ""
    summary = str(described.get("summary") or "").rstrip(".")
    text = " ".join(
        part
        for part in (summary and f"{summary}.", described.get("description", ""))
        if part and part.rstrip(".") != described.get("description", "").rstrip(".")
    ) or str(described.get("description", ""))
    return Operation(
        name=snake(described["operationId"]),
        method=method,
        path=path,
        text=f"{text} `{method.upper()} {path}`",
        inside=re.findall(r"{([^}]+)}", path),
        body=_body(request),
        body_required=bool(request.get("required")),
        query=query,
        headers=[
            p["name"] for p in parameters if p["in"] == "header" and p["name"] not in LEFT_OUT
        ],
        answer=answer,
        takes_key=any(p["name"] == "Idempotency-Key" for p in parameters),
        item=item,
    )


def _body(request: dict[str, Any]) -> str:
    schema = request.get("content", {}).get("application/json", {}).get("schema")
    return type_of(schema, "models.") if schema else ""


def _answer(document: dict[str, Any], described: dict[str, Any]) -> tuple[str, str]:
    """Return the type of a success, and of what its pages hold."""
    kinds, name = [], ""
    for status, response in sorted(described["responses"].items()):
        if not str(status).startswith("2"):
            continue
        content = response.get("content", {})
        if not content:
            kinds.append("None")
            continue
        schema = next(iter(content.values())).get("schema", {})
        kinds.append(type_of(schema, "models."))
        name = str(schema.get("$ref", "")).rpartition("/")[2]
    # Several forms cannot be told apart by their type alone.
    one = kinds[0] if len(set(kinds)) == 1 else "dict[str, Any]"
    answer = "dict[str, Any]" if one == "Any" else one
    found = document["components"]["schemas"].get(name, {}).get("properties", {})
    results = found.get("results") if "next" in found else None
    item = type_of(results["items"], "models.") if results and answer != "dict[str, Any]" else ""
    return answer, item


def module(document: dict[str, Any], *, is_async: bool) -> str:
    """Return the module of operations, in one of the two ways."""
    kind = "AsyncTransport" if is_async else "Transport"
    name = "AsyncOperations" if is_async else "Operations"
    how = "without blocking" if is_async else "waiting for the answer"
    body = HEADER.format(title=f"Every operation of the API as a typed method, {how}.")
    methods = "".join(each.written(is_async=is_async) for each in operations(document))
    body += "# ruff: noqa: E501\n" if any(len(line) > 100 for line in methods.splitlines()) else ""
    body += "\nimport datetime as dt\n" if "dt." in methods else "\n"
    iterator = "AsyncIterator" if is_async else "Iterator"
    body += f"from collections.abc import {iterator}\n"
    body += "from typing import Any\n" if "Any" in methods else ""
    body += (
        "\nfrom headroom_client import models\n"
        "from headroom_client._calls import Call, cursor_of, quoted\n"
        f"from headroom_client._transport import {kind}\n\n\n"
        f"class {name}({kind}):\n"
        f'    """The operations of the API."""\n\n'
    )
    return body + methods


def formatted(code: str) -> str:
    """Return code as ruff writes it."""
    return subprocess.run(
        tool("ruff", "format", "--stdin-filename", str(PACKAGE / "models.py"), "-"),
        input=code,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def classic(module: str) -> str:
    """Return a module of JavaScript as a script that sets `Headroom`."""
    body = textwrap.indent(module.replace("export function", "function"), "  ")
    return (
        "// Written by `python -m scripts.generate_client` from headroom.js.\n"
        f'(function (global) {{\n  "use strict";\n{body}'
        "  global.Headroom = { createHeadroom };\n})(globalThis);\n"
    )


def parsed(source: str) -> dict[str, Any]:
    """Return the description."""
    found: dict[str, Any] = yaml.load(source, Loader=yaml.CSafeLoader)
    return found


def generate(source: str) -> dict[Path, str]:
    """Return the files and what has to stand in them."""
    document = parsed(source)
    return {
        PACKAGE / "models.py": formatted(models(document)),
        PACKAGE / "_operations.py": formatted(module(document, is_async=False)),
        PACKAGE / "_async_operations.py": formatted(module(document, is_async=True)),
        JAVASCRIPT / "headroom.classic.js": classic((JAVASCRIPT / "headroom.js").read_text()),
    }


def main() -> None:
    """Write the files."""
    for path, code in generate(SOURCE.read_text()).items():
        path.write_text(code)


if __name__ == "__main__":
    main()
