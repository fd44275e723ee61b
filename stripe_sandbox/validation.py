"""Checks a request against the parameters that the Stripe SDK declares for its endpoint.

The same check serves twice: the sandbox refuses what Stripe would refuse, and a test suite puts
`ValidatingHTTPClient` into its SDK client, so that every call is checked whatever answers it.
Values may be Python's own or the text that came over the wire; what is returned is Python's own.
"""

import ast
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, Any

from stripe_sandbox import sdk

if TYPE_CHECKING:
    from stripe_sandbox.http_client import ValidatingHTTPClient as ValidatingHTTPClient


class RequestViolation(Exception):
    """The request is not one that the pinned version of Stripe's API accepts."""

    def __init__(self, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code


class UnknownEndpoint(RequestViolation):
    """No endpoint of the SDK has this method and path."""


def validate_request(method: str, path: str, params: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the parameters with their declared types.

    Raises UnknownEndpoint, or RequestViolation with Stripe's code (`parameter_unknown`,
    `parameter_missing`, `parameter_invalid_integer`, ...) and the bracketed name of the parameter.
    """
    endpoint = sdk.find_endpoint(method.upper(), path)
    if endpoint is None:
        raise UnknownEndpoint(f"Unrecognized request URL ({method.upper()}: {path}).")
    if endpoint.params_module is None or endpoint.params_class is None:
        return dict(params or {})
    reader = _Reader(endpoint.params_module)
    return reader.typed_dict(endpoint.params_class, params or {}, "")


class _Reader:
    """Reads values by the annotations of one parameter module."""

    def __init__(self, module: str) -> None:
        self.module = module

    def typed_dict(self, name: str, value: Mapping[str, Any], at: str) -> dict[str, Any]:
        fields = sdk.typed_dict(self.module, name)
        for key in value:
            if key not in fields:
                shown = _inside(at, key)
                raise RequestViolation(
                    f"Received unknown parameter: {shown}", param=shown, code="parameter_unknown"
                )
        for key, field in fields.items():
            if field.required and value.get(key) is None:
                shown = _inside(at, key)
                raise RequestViolation(
                    f"Missing required param: {shown}.", param=shown, code="parameter_missing"
                )
        return {
            key: self.read(fields[key].annotation, item, _inside(at, key))
            for key, item in value.items()
            if item is not None
        }

    def read(self, annotation: ast.expr, value: Any, at: str) -> Any:
        return self.one_of(_alternatives(annotation), value, at)

    def one_of(self, choices: "Choices", value: Any, at: str) -> Any:
        if isinstance(value, Mapping):
            return self.mapping(choices, value, at)
        if isinstance(value, list | tuple):
            return self.sequence(choices, value, at)
        return self.scalar(choices, value, at)

    def mapping(self, choices: "Choices", value: Mapping[str, Any], at: str) -> Any:
        if choices.values is not None:
            return {
                key: self.read(choices.values, item, f"{at}[{key}]") for key, item in value.items()
            }
        if not choices.classes:
            raise RequestViolation(f"Invalid {_kind(choices)}: {at}", param=at)
        failure: RequestViolation | None = None
        for name in choices.classes:
            try:
                return self.typed_dict(name, value, at)
            except RequestViolation as violation:
                failure = violation
        raise failure or RequestViolation(f"Invalid object: {at}", param=at)

    def sequence(self, choices: "Choices", value: Any, at: str) -> Any:
        if choices.items is None:
            raise RequestViolation(f"Invalid {_kind(choices)}: {at}", param=at)
        return [self.read(choices.items, item, f"{at}[{i}]") for i, item in enumerate(value)]

    def scalar(self, choices: "Choices", value: Any, at: str) -> Any:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if text in choices.literals:
            return text
        if choices.boolean and text in {"true", "false"}:
            return text == "true"
        if choices.integer and re.fullmatch(r"[+-]?\d+", text):
            return int(text)
        if choices.decimal or choices.floating:
            try:
                number = Decimal(text)
            except InvalidOperation:
                number = None
            if number is not None and number.is_finite():
                return number if choices.decimal else float(number)
        if choices.text:
            return text
        raise _mismatch(choices, text, at)


class Choices:
    """The alternatives of one annotation.

    The SDK writes an enumeration as `Literal[...] | str`, open for values of later versions. At the
    pinned version the listed values are all there are, so `str` beside them does not count.
    """

    def __init__(self, annotation: ast.expr) -> None:
        self.literals: set[str] = set()
        self.classes: list[str] = []
        self.items: ast.expr | None = None
        self.values: ast.expr | None = None
        self.boolean = self.integer = self.decimal = self.floating = self.text = False
        self._add(annotation)
        if self.literals - {""}:
            self.text = False

    def _add(self, node: ast.expr) -> None:
        node = sdk.plain(node)
        if isinstance(node, ast.BinOp):
            self._add(node.left)
            self._add(node.right)
        elif isinstance(node, ast.Subscript):
            self._add_generic(ast.unparse(node.value), node.slice)
        elif isinstance(node, ast.Name):
            self._add_name(node.id)

    def _add_generic(self, name: str, inner: ast.expr) -> None:
        if name == "Literal":
            values = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            for value in values:
                literal = ast.literal_eval(value)
                self.literals.add(
                    ("true" if literal else "false") if isinstance(literal, bool) else str(literal)
                )
        elif name in {"Union", "Optional"}:
            for part in inner.elts if isinstance(inner, ast.Tuple) else [inner]:
                self._add(part)
        elif name == "List":
            self.items = inner
        elif name == "Dict" and isinstance(inner, ast.Tuple):
            self.values = inner.elts[1]

    def _add_name(self, name: str) -> None:
        match name:
            case "str":
                self.text = True
            case "int":
                self.integer = True
            case "bool":
                self.boolean = True
            case "float":
                self.floating = True
            case "Decimal":
                self.decimal = True
            case "AmountParam":
                pass
            case _:
                self.classes.append(name)


def _alternatives(annotation: ast.expr) -> Choices:
    return _cached(ast.dump(annotation), annotation)


_memo: dict[str, Choices] = {}


def _cached(key: str, annotation: ast.expr) -> Choices:
    if key not in _memo:
        _memo[key] = Choices(annotation)
    return _memo[key]


def _inside(at: str, key: str) -> str:
    return f"{at}[{key}]" if at else key


@cache
def _names(*kinds: str) -> str:
    return " or ".join(kinds)


def _kind(choices: Choices) -> str:
    kinds = [
        name
        for name, present in (
            ("boolean", choices.boolean),
            ("integer", choices.integer),
            ("decimal", choices.decimal or choices.floating),
            ("string", choices.text or bool(choices.literals)),
            ("array", choices.items is not None),
            ("object", bool(choices.classes) or choices.values is not None),
        )
        if present
    ]
    return _names(*kinds) or "value"


def _mismatch(choices: Choices, text: str, at: str) -> RequestViolation:
    if choices.literals - {""} and not choices.integer:
        allowed = ", ".join(sorted(choices.literals - {""})[:40])
        return RequestViolation(f"Invalid {at}: must be one of {allowed}", param=at)
    if choices.integer:
        return RequestViolation(
            f"Invalid integer: {text}", param=at, code="parameter_invalid_integer"
        )
    if choices.decimal or choices.floating:
        return RequestViolation(f"Invalid decimal: {text}", param=at)
    if choices.boolean:
        return RequestViolation(f"Invalid boolean: {text}", param=at)
    if text == "":
        return RequestViolation(
            f"You passed an empty string for '{at}'.", param=at, code="parameter_invalid_empty"
        )
    return RequestViolation(f"Invalid {_kind(choices)}: {at}", param=at)


def __getattr__(name: str) -> Any:
    """`ValidatingHTTPClient` needs the SDK itself, which the sandbox can start without."""
    if name == "ValidatingHTTPClient":
        from stripe_sandbox.http_client import ValidatingHTTPClient

        return ValidatingHTTPClient
    raise AttributeError(name)
