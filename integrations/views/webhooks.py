"""An organization's own endpoints, under its settings: its events and no others."""

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from integrations.views import screens
from integrations.views.screens import Place


@organization_page(Permission.SETTINGS_MANAGE)
@require_safe
def webhooks(request: OrganizationRequest) -> HttpResponse:
    """List the endpoints with how they stand."""
    return screens.list_screen(request, Place(request.organization), "integrations/webhooks.html")


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_new(request: OrganizationRequest) -> HttpResponse:
    """Add an endpoint; its secret is shown once."""
    return screens.new_screen(request, Place(request.organization))


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: OrganizationRequest, webhook_id: int) -> HttpResponse:
    """Show an endpoint with its log; change it."""
    return screens.endpoint_screen(request, Place(request.organization), webhook_id)


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@never_cache
@require_POST
def webhook_secret(request: OrganizationRequest, webhook_id: int) -> HttpResponse:
    """Renew the secret; the new one is shown once."""
    return screens.secret_screen(request, Place(request.organization), webhook_id)


@organization_page(Permission.SETTINGS_MANAGE)
@require_POST
def webhook_test(request: OrganizationRequest, webhook_id: int) -> HttpResponse:
    """Send a message that says that it is a test."""
    return screens.test_screen(request, Place(request.organization), webhook_id)


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@require_POST
def webhook_verify(request: OrganizationRequest, webhook_id: int) -> HttpResponse:
    """Send a new challenge to the address."""
    return screens.verify_screen(request, Place(request.organization), webhook_id)


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@require_POST
def webhook_remove(request: OrganizationRequest, webhook_id: int) -> HttpResponse:
    """Remove an endpoint."""
    return screens.remove_screen(request, Place(request.organization), webhook_id)


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@require_POST
def webhook_replay(request: OrganizationRequest, webhook_id: int) -> HttpResponse:
    """Send the chosen messages again."""
    return screens.replay_screen(request, Place(request.organization), webhook_id)


@organization_page(Permission.SETTINGS_MANAGE, recent=Recent.CHANGING)
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_delivery(request: OrganizationRequest, webhook_delivery_id: int) -> HttpResponse:
    """Show one message; send it again."""
    return screens.delivery_screen(request, Place(request.organization), webhook_delivery_id)


@organization_page(Permission.SETTINGS_MANAGE)
@require_safe
def webhook_events(request: OrganizationRequest) -> HttpResponse:
    """Show every kind of event that can be heard."""
    return screens.catalogue_screen(request, Place(request.organization))
