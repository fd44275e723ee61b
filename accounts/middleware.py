"""Access, language and time zone of a request."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import timezone

# Views of libraries, which cannot carry our declaration: they guard themselves.
_SELF_GUARDED_MODULES = ("allauth.", "django.contrib.admin.", "django.views.", "drf_spectacular.")


class AccessControl:
    """Deny every view that does not declare who may call it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; the check happens in `process_view`."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        """Raise PermissionDenied for a view without a declaration."""
        if declared_access(view) is None and not is_self_guarded(view):
            raise PermissionDenied(f"{view.__module__} declares no access")


def declared_access(view: Callable[..., Any]) -> Any:
    """Return what a view declares: its `access`, or the API view class's, or None."""
    return getattr(view, "access", None) or getattr(getattr(view, "cls", None), "access", None)


def is_self_guarded(view: Callable[..., Any]) -> bool:
    """Tell whether a view belongs to a library that checks access by itself."""
    return view.__module__.startswith(_SELF_GUARDED_MODULES)


class ReaderLanguage(LocaleMiddleware):
    """The reader's language: their choice (cookie), else the browser's."""


class ReaderTimeZone:
    """The reader's time zone: their setting, else the cookie that the page sets, else UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.known = available_timezones()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the zone for the request."""
        chosen = getattr(request.user, "time_zone", "") or request.COOKIES.get("time_zone", "")
        zone = ZoneInfo(chosen if chosen in self.known else settings.TIME_ZONE)
        with timezone.override(zone):
            return self.get_response(request)
