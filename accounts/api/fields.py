"""Sparse fields: `?fields=a,b` leaves only those in an answer, or in each of its results."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions

PARAMETER = "fields"


def wanted_fields(given: str) -> tuple[str, ...]:
    """Return the names in the parameter, in its order. Raises ValidationError for none."""
    names = tuple(name.strip() for name in given.split(",") if name.strip())
    if not names:
        raise exceptions.ValidationError({PARAMETER: _("Name one field at least.")})
    return names


def only(data: Any, names: tuple[str, ...]) -> Any:
    """Return the answer with the named fields alone. Raises ValidationError for an unknown name."""
    if isinstance(data, dict) and isinstance(data.get("results"), list):
        return data | {"results": [_only(row, names) for row in data["results"]]}
    if isinstance(data, list):
        return [_only(row, names) for row in data]
    return _only(data, names)


def _only(row: Any, names: tuple[str, ...]) -> Any:
    if not isinstance(row, dict):
        return row
    unknown = [name for name in names if name not in row]
    if unknown:
        raise exceptions.ValidationError(
            {
                PARAMETER: _("There is no field %(name)s. Known are: %(known)s.")
                % {"name": unknown[0], "known": ", ".join(row)}
            }
        )
    return {name: row[name] for name in names}
