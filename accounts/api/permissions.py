"""API permissions. Deny by default: an operation declares whose keys may call it."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.access import Access, AccessKind
from accounts.api.authentication import ApiCaller

if TYPE_CHECKING:
    from rest_framework.views import APIView

# What an API view declares in its attribute `access`, as pages do through their decorators.
ANY_KEY = Access(AccessKind.ORGANIZATION)
VENDOR_KEY = Access(AccessKind.VENDOR)


class DenyUnlessDeclared(BasePermission):
    """Allows a call if the view declares access and the key fits it."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Tell whether the key may call the view; which rows it sees is tenancy's matter."""
        access: Access | None = getattr(view, "access", None)
        caller: object = request.auth
        if access is None or not isinstance(caller, ApiCaller):
            return False
        return access.kind is AccessKind.ORGANIZATION or caller.api_key.is_vendor_wide
