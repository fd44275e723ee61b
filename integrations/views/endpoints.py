"""The vendor's endpoints: who hears what, each delivery, and sending one again."""

import json
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.forms import add_domain_error
from accounts.services.history import Actor
from accounts.views.answers import act, done
from integrations.forms import EndpointForm
from integrations.models import Delivery, Endpoint
from integrations.selectors.endpoints import (
    badge_of,
    deliveries_of,
    endpoint_rows,
    standing,
    type_label,
)
from integrations.services.endpoints import (
    add_endpoint,
    change_endpoint,
    remove_endpoint,
    renew_secret,
    send_test,
)
from integrations.services.replaying import replay

_PER_PAGE: Final = 50


@vendor_page(Permission.INTEGRATIONS_MANAGE)
@require_safe
def endpoints(request: VendorRequest) -> HttpResponse:
    """List the endpoints with how they stand."""
    return render(request, "integrations/endpoints.html", {"rows": endpoint_rows()})


@vendor_page(Permission.INTEGRATIONS_MANAGE, recent=Recent.CHANGING)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def endpoint_new(request: VendorRequest) -> HttpResponse:
    """Add an endpoint; its secret stands in the answer and never again."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            endpoint, secret = add_endpoint(
                name=values["name"],
                url=values["url"],
                format=Endpoint.Format(values["format"]),
                kinds=values["event_types"],
                actor=Actor.of(request.user),
                now=timezone.now(),
                created_by=request.user,
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            if endpoint.format == Endpoint.Format.SLACK:
                return done(request, _("The endpoint is added."), _address(endpoint))
            return _page(request, endpoint, secret=secret)
    return render(
        request,
        "integrations/endpoint_new.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@vendor_page(Permission.INTEGRATIONS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def endpoint(request: VendorRequest, endpoint_id: int) -> HttpResponse:
    """Show an endpoint with its log; change it."""
    found = _vendors(endpoint_id)
    if request.method != "POST":
        return _page(request, found)
    form = EndpointForm(request.POST, endpoint=found)
    if form.is_valid():
        values = form.cleaned_data
        try:
            change_endpoint(
                endpoint_id=found.pk,
                name=values["name"],
                url=values["url"],
                kinds=values["event_types"],
                is_active=values["is_active"],
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return done(request, _("The endpoint is changed."), _address(found))
    return _page(request, found, form=form)


def _vendors(endpoint_id: int) -> Endpoint:
    return get_object_or_404(Endpoint, pk=endpoint_id, organization__isnull=True)


def _address(found: Endpoint) -> str:
    return reverse("endpoint", args=[found.pk])


def _page(
    request: VendorRequest,
    found: Endpoint,
    *,
    secret: str = "",
    form: EndpointForm | None = None,
) -> HttpResponse:
    page = Paginator(deliveries_of(found), _PER_PAGE).get_page(request.GET.get("page"))
    label, kind = standing(found)
    context: dict[str, Any] = {
        "endpoint": found,
        "label": label,
        "kind": kind,
        "secret": secret,
        "form": form or EndpointForm(endpoint=found),
        "page_obj": page,
        "rows": [(row, type_label(row.type), badge_of(row)) for row in page],
    }
    status = 422 if form is not None else 200
    return render(request, "integrations/endpoint.html", context, status=status)


@vendor_page(Permission.INTEGRATIONS_MANAGE, recent=Recent.CHANGING)
@never_cache
@require_POST
def endpoint_secret(request: VendorRequest, endpoint_id: int) -> HttpResponse:
    """Renew the secret; the new one stands in the answer and never again."""
    found = _vendors(endpoint_id)
    changed, secret = renew_secret(
        endpoint_id=found.pk, actor=Actor.of(request.user), now=timezone.now()
    )
    return _page(request, changed, secret=secret)


@vendor_page(Permission.INTEGRATIONS_MANAGE)
@require_POST
def endpoint_test(request: VendorRequest, endpoint_id: int) -> HttpResponse:
    """Send a message that says that it is a test."""
    found = _vendors(endpoint_id)
    send_test(endpoint_id=found.pk, now=timezone.now())
    return done(request, _("A test is on its way; its answer appears below."), _address(found))


@vendor_page(Permission.INTEGRATIONS_MANAGE)
@require_POST
def endpoint_remove(request: VendorRequest, endpoint_id: int) -> HttpResponse:
    """Remove an endpoint; the page asked before."""
    found = _vendors(endpoint_id)

    def remove() -> str:
        name = remove_endpoint(
            endpoint_id=found.pk, actor=Actor.of(request.user), now=timezone.now()
        )
        return _("“%(name)s” hears nothing any more.") % {"name": name}

    return act(request, remove, reverse("endpoints"))


@vendor_page(Permission.INTEGRATIONS_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def delivery(request: VendorRequest, delivery_id: int) -> HttpResponse:
    """Show what was sent and answered; send it again."""
    found = get_object_or_404(
        Delivery.objects.select_related("endpoint"), pk=delivery_id, organization__isnull=True
    )
    if request.method == "POST":
        replay(delivery_id=found.pk, actor=Actor.of(request.user), now=timezone.now())
        return done(request, _("The message is on its way again."), _address(found.endpoint))
    context = {
        "delivery": found,
        "type": type_label(found.type),
        "kind": badge_of(found),
        "payload": json.dumps(found.payload, indent=2, ensure_ascii=False),
    }
    return render(request, "integrations/delivery.html", context)
