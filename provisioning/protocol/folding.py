"""The form in which resources are compared, kept beside them so that filters are SQL.

Every string is passed through the comparison key of the SCIM library (NFC, lower case unless the
attribute is case exact), so that PostgreSQL compares bytes and agrees with the library's own
evaluation in memory. Names are those of the Python models.
"""

import base64
from typing import Any, Final

from pydantic import BaseModel
from scim2_models import CaseExact, Resource, default_comparison_key

PRESENT: Final = "_present"
# Said by columns, other tables or nobody.
_LEFT_OUT: Final = {"id", "meta", "groups", "members", "password"}


class _Exactness:
    """What `default_comparison_key` asks of a binding."""

    def __init__(self, is_exact: bool) -> None:
        self.case_exact = is_exact


def folded_text(text: str, *, is_exact: bool = False) -> str:
    """Return the form in which a string is compared."""
    return default_comparison_key(_Exactness(is_exact), text)


def folded(resource: Resource[Any]) -> dict[str, Any]:
    """Return the resource as filters see it, and under PRESENT the paths that have a value."""
    present: set[str] = set()
    search = _folded_object(resource, (), present)
    search[PRESENT] = sorted(present)
    return search


def _folded_object(value: BaseModel, path: tuple[str, ...], present: set[str]) -> dict[str, Any]:
    result = {}
    for name in type(value).model_fields:
        if not path and name in _LEFT_OUT:
            continue
        found = getattr(value, name, None)
        if found is None:
            continue
        is_exact = value.get_field_annotation(name, CaseExact) is CaseExact.true  # type: ignore[attr-defined]
        result[name] = _folded_value(found, (*path, name), present, is_exact=is_exact)
    return result


def _folded_value(
    value: object, path: tuple[str, ...], present: set[str], *, is_exact: bool
) -> Any:
    if isinstance(value, BaseModel):
        return _folded_object(value, path, present)
    if isinstance(value, list):
        return [_folded_value(each, path, present, is_exact=is_exact) for each in value]
    if isinstance(value, bytes):
        value = base64.b64encode(value).decode()
        is_exact = True
    if isinstance(value, str):
        if value:
            present.update(".".join(path[: depth + 1]) for depth in range(len(path)))
        return folded_text(value, is_exact=is_exact)
    present.update(".".join(path[: depth + 1]) for depth in range(len(path)))
    return value if isinstance(value, bool | int | float) else str(value)
