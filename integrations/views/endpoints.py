"""The vendor's endpoints: who hears what, each delivery, and sending again."""

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from integrations.views import screens
from integrations.views.screens import Place


@vendor_page(Permission.INTEGRATIONS_MANAGE)
@require_safe
def endpoints(request: VendorRequest) -> HttpResponse:
    """List the endpoints with how they stand."""
    return screens.list_screen(request, Place(), "integrations/endpoints.html")


@vendor_page(Permission.INTEGRATIONS_MANAGE, recent=Recent.CHANGING)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def endpoint_new(request: VendorRequest) -> HttpResponse:
    """Add an endpoint; its secret is shown once."""
    return screens.new_screen(request, Place())


@vendor_page(Permission.INTEGRATIONS_MANAGE, recent=Recent.CHANGING)
@require_http_methods(["GET", "HEAD", "POST"])
def endpoint(request: VendorRequest, endpoint_id: int) -> HttpResponse:
    """Show an endpoint with its log; change it."""
    return screens.endpoint_screen(request, Place(), endpoint_id)


@vendor_page(Permission.INTEGRATIONS_MANAGE, recent=Recent.CHANGING)
@never_cache
@require_POST
def endpoint_secret(request: VendorRequest, endpoint_id: int) -> HttpResponse:
    """Renew the secret; the new one is shown once."""
    return screens.secret_screen(request, Place(), endpoint_id)


@vendor_page(Permission.INTEGRATIONS_MANAGE)
@require_POST
def endpoint_test(request: VendorRequest, endpoint_id: int) -> HttpResponse:
    """Send a message that says that it is a test."""
    return screens.test_screen(request, Place(), endpoint_id)


@vendor_page(Permission.INTEGRATIONS_MANAGE, recent=Recent.CHANGING)
@require_POST
def endpoint_verify(request: VendorRequest, endpoint_id: int) -> HttpResponse:
    """Send a new challenge to the address."""
    return screens.verify_screen(request, Place(), endpoint_id)


@vendor_page(Permission.INTEGRATIONS_MANAGE, recent=Recent.CHANGING)
@require_POST
def endpoint_remove(request: VendorRequest, endpoint_id: int) -> HttpResponse:
    """Remove an endpoint."""
    return screens.remove_screen(request, Place(), endpoint_id)


@vendor_page(Permission.INTEGRATIONS_MANAGE, recent=Recent.CHANGING)
@require_POST
def endpoint_replay(request: VendorRequest, endpoint_id: int) -> HttpResponse:
    """Send the chosen messages again."""
    return screens.replay_screen(request, Place(), endpoint_id)


@vendor_page(Permission.INTEGRATIONS_MANAGE, recent=Recent.CHANGING)
@require_http_methods(["GET", "HEAD", "POST"])
def delivery(request: VendorRequest, delivery_id: int) -> HttpResponse:
    """Show one message; send it again."""
    return screens.delivery_screen(request, Place(), delivery_id)


@vendor_page(Permission.INTEGRATIONS_MANAGE)
@require_safe
def event_catalogue(request: VendorRequest) -> HttpResponse:
    """Show every kind of event that can be heard."""
    return screens.catalogue_screen(request, Place())
