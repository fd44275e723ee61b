"""API permissions. Deny by default: an operation declares whose keys may call it, and its area."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.access import Access, AccessKind
from accounts.api.authentication import ApiCaller
from accounts.domain.scopes import Area, grants, scope_for

if TYPE_CHECKING:
    from rest_framework.views import APIView

# What an API view declares in its attribute `access`, as pages do through their decorators.
ANY_KEY = Access(AccessKind.ORGANIZATION)
VENDOR_KEY = Access(AccessKind.VENDOR)


class ScopeMissing(exceptions.PermissionDenied):
    """The key may not do that in this area; the sentence names the scope that is missing."""

    default_code = "scope_missing"


class DenyUnlessDeclared(BasePermission):
    """Allows a call if the view declares access, the key fits it and has the scope."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Tell whether the key may call the view; which rows it sees is tenancy's matter.

        Raises ScopeMissing.
        """
        access: Access | None = getattr(view, "access", None)
        caller: object = request.auth
        if access is None or not isinstance(caller, ApiCaller):
            return False
        if access.kind is not AccessKind.ORGANIZATION and not caller.api_key.is_vendor_wide:
            return False
        area = area_of(view, request.method or "")
        require_scope(request, area, writes=is_write(view, request.method or ""))
        return True


def require_scope(request: Request, area: Area | None, *, writes: bool) -> None:
    """Raise ScopeMissing unless the key of an authenticated request has the scope."""
    caller: object = request.auth
    if not isinstance(caller, ApiCaller) or not grants(caller.api_key.scopes, area, writes=writes):
        named = scope_for(area, writes=writes) if area else "*"
        raise ScopeMissing(_("This key lacks the scope %(scope)s.") % {"scope": named})


def area_of(view: object, method: str) -> Area | None:
    """Return the area that a view declares: one, or one for each method."""
    area: Area | dict[str, Area] | None = getattr(view, "area", None)
    return area.get(method.lower()) if isinstance(area, dict) else area


def is_write(view: object, method: str) -> bool:
    """Tell whether a method changes something; a view names its methods that only compute."""
    return method not in SAFE_METHODS and method.lower() not in getattr(view, "computes", ())
