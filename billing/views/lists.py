"""What lists of billing share: the search as it may be used, and filters that keep it."""

from typing import Any, Final

from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

PER_PAGE: Final = 50
MOST_ROWS: Final = 100_000


def search_of(request: HttpRequest) -> str:
    """Return what is searched for."""
    return request.GET.get("q", "").replace("\x00", "").strip()[:200]


def filters(
    name: str, choices: list[tuple[str, Any]], current: str, counts: dict[str, int], search: str
) -> list[dict[str, Any]]:
    """Return the filters of a list: all, and each choice that something is in."""

    def url(value: str) -> str:
        query = {key: given for key, given in ((name, value), ("q", search)) if given}
        return f"?{urlencode(query)}"

    everything = {"label": _("All"), "url": url(""), "count": sum(counts.values())}
    return [everything | {"current": not current}] + [
        {
            "label": capfirst(str(label)),
            "url": url(value),
            "count": counts.get(value, 0),
            "current": value == current,
        }
        for value, label in choices
        if counts.get(value) or value == current
    ]


def kept_query(**given: str) -> str:
    """Return the part of an address that keeps what is given."""
    return urlencode({name: value for name, value in given.items() if value})
