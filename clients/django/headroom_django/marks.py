"""Marks that a view carries, and what the middleware found out for a request."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from headroom_client import Entitlement

FEATURE = "headroom_feature"
OPEN = "headroom_open"
FOUND = "_headroom_entitlement"


def feature[V: Callable[..., Any]](name: str) -> Callable[[V], V]:
    """Mark a view as a feature: it needs a seat, and each success is reported as a use of it.

    On a class, `@method_decorator(feature("reports"), name="dispatch")`. It goes above decorators
    that wrap the view without `functools.wraps`.
    """

    def mark(view: V) -> V:
        setattr(view, FEATURE, name)
        return view

    return mark


def open_to_all[V: Callable[..., Any]](view: V) -> V:
    """Mark a view that needs no seat: a sign-in, a help page, a webhook."""
    setattr(view, OPEN, True)
    return view


def entitlement_of(request: HttpRequest) -> Entitlement | None:
    """Return what the middleware found out about this request, if it asked."""
    found: Entitlement | None = getattr(request, FOUND, None)
    return found
