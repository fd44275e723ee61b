"""Which endpoints exist: method, path, the parameters that are implemented, the function."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.store import Doc

type Params = dict[str, Any]
type Handler = Callable[..., Doc]

EVERYWHERE = {"expand"}


@dataclass(frozen=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    supported: frozenset[str]
    handler: Handler


ROUTES: list[Route] = []


def endpoint(method: str, path: str, supported: str = "") -> Callable[[Handler], Handler]:
    """Register a function for a path; `supported` names its parameters.

    `items[price,quantity]` means those two inside each of the items; a bare name means the
    parameter with all that is in it.
    """

    def register(handler: Handler) -> Handler:
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "$")
        names = expanded(supported) | EVERYWHERE
        ROUTES.append(Route(method, pattern, frozenset(names), handler))
        return handler

    return register


def expanded(supported: str) -> set[str]:
    """`a b[c,d[e]]` to {"a", "b.c", "b.d.e"}."""
    names: set[str] = set()
    stack: list[str] = []
    last = ""
    for part in re.findall(r"[\w]+|[\[\],]", supported):
        match part:
            case "[":
                stack.append(last)
                names.discard(".".join(stack))
            case "]":
                stack.pop()
            case ",":
                pass
            case _:
                last = part
                names.add(".".join([*stack, part]))
    return names


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    best: tuple[Route, dict[str, str]] | None = None
    for route in ROUTES:
        if route.method == method and (match := route.pattern.match(path)):
            named = match.groupdict()
            if best is None or len(named) < len(best[1]):
                best = (route, named)
    return best


def refuse_unsupported(route: Route, params: Params) -> None:
    """Raise 501 for the first parameter that Stripe has and the sandbox has not."""
    for path, shown in _leaves(params, "", ""):
        parts = path.split(".")
        if not any(".".join(parts[: i + 1]) in route.supported for i in range(len(parts))):
            raise errors.unsupported(f"the parameter {shown}", shown)


def _leaves(value: Any, path: str, shown: str) -> list[tuple[str, str]]:
    if isinstance(value, dict) and value:
        return [
            leaf
            for key, item in value.items()
            for leaf in _leaves(
                item, f"{path}.{key}" if path else key, f"{shown}[{key}]" if shown else key
            )
        ]
    if isinstance(value, list) and value:
        return [
            leaf for i, item in enumerate(value) for leaf in _leaves(item, path, f"{shown}[{i}]")
        ]
    return [(path, shown)] if path else []
