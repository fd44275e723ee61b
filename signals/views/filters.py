"""Filters that stand in the address: reading them, and links to the others."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.http import urlencode


def chosen_of(request: HttpRequest, shows: Sequence[str], *, otherwise: str) -> tuple[str, str]:
    """Return the filter and the search of the address; an unknown filter is the usual one."""
    show = request.GET.get("show", otherwise)
    search = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    return (show if show in shows else otherwise), search


def filter_links(
    labels: Mapping[str, str | Promise],
    current: str,
    counts: Mapping[str, int],
    *,
    search: str = "",
) -> list[dict[str, Any]]:
    """Return what the filter bar shows: a link per filter, with how many rows it has."""
    return [
        {
            "label": label,
            "url": "?" + urlencode({"show": show} | ({"q": search} if search else {})),
            "current": show == current,
            "count": counts.get(show),
        }
        for show, label in labels.items()
    ]
