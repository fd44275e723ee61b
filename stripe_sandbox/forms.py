"""Form encoding with brackets: `items[0][price]=...` to nested Python values, all text."""

from collections.abc import Iterable
from typing import Any


def decode_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for key, value in pairs:
        *parents, last = _path(key)
        node = root
        for part in parents:
            child = node.setdefault(_slot(node, part), {})
            if not isinstance(child, dict):
                break
            node = child
        else:
            node[_slot(node, last)] = value
    return {key: _lists(value) for key, value in root.items()}


def _path(key: str) -> list[str]:
    head, *rest = key.replace("]", "").split("[")
    return [head, *rest]


def _slot(node: dict[str, Any], part: str) -> str:
    """`expand[]` appends: an empty index takes the next free number."""
    return part or str(len(node))


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(item) for key, item in value.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
