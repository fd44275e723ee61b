"""Access, language and time zone of a request."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.urls import reverse
from django.utils import timezone, translation

from accounts.domain.roles import StaffScope, VendorRole
from accounts.models import User
from accounts.services.history import record_staff_access
from accounts.services.preferences import remember_language
from accounts.tenancy import staff_context
from accounts.time_zones import known_time_zones

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
        self.known = known_time_zones()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the zone for the request."""
        chosen = getattr(request.user, "time_zone", "") or request.COOKIES.get("time_zone", "")
        zone = ZoneInfo(chosen if chosen in self.known else settings.TIME_ZONE)
        with timezone.override(zone):
            return self.get_response(request)


class AdminScope:
    """Django's admin reads in the staff scope `all`, and is for vendor admins alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, inside the scope when it is for the admin."""
        if not request.path.startswith("/admin/"):
            return self.get_response(request)
        user = request.user
        if not isinstance(user, User):
            return redirect_to_login(request.get_full_path())
        with staff_context(user_id=user.pk, scope=StaffScope.ALL):
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        """Answer 404 to everybody else, and write down what a vendor admin opens."""
        user = request.user
        if request.path.startswith("/admin/") and isinstance(user, User):
            if not may_open_admin(user):
                raise Http404("No such page")
            record_staff_access(user=user, page=request.path)


def may_open_admin(user: User) -> bool:
    """Tell whether a user is a vendor admin who may open Django's admin."""
    return user.is_active and user.is_staff and user.vendor_role == VendorRole.VENDOR_ADMIN


class StoredLanguage:
    """A signed-in reader's language goes with them: kept when they switch, used on a new device."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Speak the stored language where this browser has no choice of its own; store a switch."""
        user = request.user
        if not isinstance(user, User):
            return self.get_response(request)
        known = dict(settings.LANGUAGES)
        if user.language in known and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        response = self.get_response(request)
        chosen = response.cookies.get(settings.LANGUAGE_COOKIE_NAME)
        if request.path == reverse("set_language") and chosen and chosen.value in known:
            remember_language(user=user, language=chosen.value)
        return response
