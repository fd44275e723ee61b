"""The screens of endpoints, the same for the vendor and for an organization.

Owns: forms, log, replay and what the pages show. Does not own: who may open them (`endpoints` for
the vendor's staff, `webhooks` for an organization's admins).
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import UserRequest
from accounts.errors import DomainError
from accounts.forms import add_domain_error
from accounts.models import Organization
from accounts.services.history import Actor
from accounts.views.answers import act, done
from integrations.event_types import VERIFICATION
from integrations.forms import EndpointForm, LogForm
from integrations.models import Delivery, Endpoint
from integrations.selectors.catalogue import catalogue
from integrations.selectors.endpoints import (
    badge_of,
    deliveries_of,
    endpoint_rows,
    replayable,
    standing,
    type_label,
)
from integrations.services.endpoints import (
    add_endpoint,
    challenge_endpoint,
    change_endpoint,
    remove_endpoint,
    renew_secret,
    send_test,
)
from integrations.services.judging import reason_text
from integrations.services.messages import body_of
from integrations.services.replaying import replay, replay_many

_PER_PAGE: Final = 50
_NAMES: Final = {
    "list": ("endpoints", "webhooks"),
    "new": ("endpoint_new", "webhook_new"),
    "page": ("endpoint", "webhook"),
    "secret": ("endpoint_secret", "webhook_secret"),
    "test": ("endpoint_test", "webhook_test"),
    "verify": ("endpoint_verify", "webhook_verify"),
    "remove": ("endpoint_remove", "webhook_remove"),
    "replay": ("endpoint_replay", "webhook_replay"),
    "delivery": ("delivery", "webhook_delivery"),
    "events": ("event_catalogue", "webhook_events"),
}
_OF_ENDPOINT: Final = ("page", "secret", "test", "verify", "remove", "replay")


@dataclass(frozen=True, slots=True)
class Place:
    """Whose endpoints: the vendor's, or an organization's below its own address."""

    organization: Organization | None = None

    def url(self, name: str, *args: int) -> str:
        """Return the address of a screen."""
        vendors, organizations = _NAMES[name]
        if self.organization is None:
            return reverse(vendors, args=args)
        return reverse(organizations, args=[self.organization.slug, *args])

    def endpoint(self, endpoint_id: int) -> Endpoint:
        """Return one of the endpoints, or answer 404."""
        return get_object_or_404(Endpoint, pk=endpoint_id, organization=self.organization)

    def context(self, endpoint: Endpoint | None = None) -> dict[str, Any]:
        """Return what every screen is given: addresses and whose they are."""
        urls = {name: self.url(name) for name in ("list", "new", "events")}
        if endpoint is not None:
            urls |= {name: self.url(name, endpoint.pk) for name in _OF_ENDPOINT}
        title = _("Integrations") if self.organization is None else _("Webhooks")
        return {"urls": urls, "is_vendor": self.organization is None, "place_title": title}


def list_screen(request: HttpRequest, place: Place, template: str) -> HttpResponse:
    """List the endpoints with how they stand."""
    rows = [(row, place.url("page", row.endpoint.pk)) for row in endpoint_rows(place.organization)]
    context = place.context() | {"rows": rows, "tab": "webhooks"}
    return render(request, template, context)


def new_screen(request: UserRequest, place: Place) -> HttpResponse:
    """Add an endpoint; its secret stands in the answer and never again."""
    form = EndpointForm(request.POST or None, organization=place.organization)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            endpoint, secret = add_endpoint(
                name=values["name"],
                url=values["url"],
                format=Endpoint.Format(values["format"]),
                kinds=values["event_types"],
                language=values["language"],
                has_buttons=values.get("has_buttons", False),
                actor=Actor.of(request.user),
                now=timezone.now(),
                created_by=request.user,
                organization_id=place.organization.pk if place.organization else None,
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            if endpoint.format == Endpoint.Format.SLACK:
                message = _("The endpoint is added; a first message proves its address.")
                return done(request, message, place.url("page", endpoint.pk))
            return _page(request, place, endpoint, secret=secret)
    context = place.context() | {"form": form}
    status = 422 if form.errors else 200
    return render(request, "integrations/endpoint_new.html", context, status=status)


def endpoint_screen(request: UserRequest, place: Place, endpoint_id: int) -> HttpResponse:
    """Show an endpoint with its log; change it."""
    found = place.endpoint(endpoint_id)
    if request.method != "POST":
        return _page(request, place, found)
    form = EndpointForm(request.POST, endpoint=found, organization=place.organization)
    if form.is_valid():
        values = form.cleaned_data
        try:
            change_endpoint(
                endpoint_id=found.pk,
                name=values["name"],
                url=values["url"],
                kinds=values["event_types"],
                is_active=values["is_active"],
                language=values["language"],
                has_buttons=values.get("has_buttons"),
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return done(request, _("The endpoint is changed."), place.url("page", found.pk))
    return _page(request, place, found, form=form)


def _page(
    request: HttpRequest,
    place: Place,
    found: Endpoint,
    *,
    secret: str = "",
    form: EndpointForm | None = None,
) -> HttpResponse:
    log = LogForm(request.GET, endpoint=found)
    chosen = deliveries_of(found, log.chosen())
    page = Paginator(chosen, _PER_PAGE).get_page(request.GET.get("page"))
    label, kind = standing(found)
    context: dict[str, Any] = place.context(found) | {
        "endpoint": found,
        "label": label,
        "kind": kind,
        "stopped_because": reason_text(found.stopped_because),
        "secret": secret,
        "form": form or EndpointForm(endpoint=found, organization=place.organization),
        "log": log,
        "is_filtered": bool(log.chosen()),
        "query": request.GET.urlencode(),
        "again": replayable(chosen).count(),
        "failed": deliveries_of(found, {"state": Delivery.State.FAILED}).count(),
        "page_obj": page,
        "rows": [
            (row, type_label(row.type), badge_of(row), place.url("delivery", row.pk))
            for row in page
        ],
    }
    status = 422 if form is not None else 200
    return render(request, "integrations/endpoint.html", context, status=status)


def secret_screen(request: UserRequest, place: Place, endpoint_id: int) -> HttpResponse:
    """Renew the secret; the new one stands in the answer and never again."""
    found = place.endpoint(endpoint_id)
    changed, secret = renew_secret(
        endpoint_id=found.pk, actor=Actor.of(request.user), now=timezone.now()
    )
    return _page(request, place, changed, secret=secret)


def test_screen(request: UserRequest, place: Place, endpoint_id: int) -> HttpResponse:
    """Send a message that says that it is a test."""
    found = place.endpoint(endpoint_id)
    send_test(endpoint_id=found.pk, now=timezone.now())
    message = _("A test is on its way; its answer appears below.")
    return done(request, message, place.url("page", found.pk))


def verify_screen(request: UserRequest, place: Place, endpoint_id: int) -> HttpResponse:
    """Send a new challenge to the address."""
    found = place.endpoint(endpoint_id)
    challenge_endpoint(endpoint=found, now=timezone.now())
    message = _("A challenge is on its way; once it is answered, messages follow.")
    return done(request, message, place.url("page", found.pk))


def remove_screen(request: UserRequest, place: Place, endpoint_id: int) -> HttpResponse:
    """Remove an endpoint; the page asked before."""
    found = place.endpoint(endpoint_id)

    def remove() -> str:
        name = remove_endpoint(
            endpoint_id=found.pk, actor=Actor.of(request.user), now=timezone.now()
        )
        return _("“%(name)s” hears nothing any more.") % {"name": name}

    return act(request, remove, place.url("list"))


def replay_screen(request: UserRequest, place: Place, endpoint_id: int) -> HttpResponse:
    """Send the chosen messages again that are over; the page asked before."""
    found = place.endpoint(endpoint_id)
    query = QueryDict(request.POST.get("query", ""))

    def again() -> str:
        count = replay_many(
            endpoint=found,
            chosen=deliveries_of(found, LogForm(query, endpoint=found).chosen()),
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return ngettext(
            "%(count)s message is on its way again.",
            "%(count)s messages are on their way again.",
            count,
        ) % {"count": count}

    return act(request, again, place.url("page", found.pk))


def delivery_screen(request: UserRequest, place: Place, delivery_id: int) -> HttpResponse:
    """Show what was sent and answered, try by try; send it again."""
    found = get_object_or_404(
        Delivery.objects.select_related("endpoint"),
        pk=delivery_id,
        organization=place.organization,
    )
    if request.method == "POST":

        def again() -> str:
            replay(delivery_id=found.pk, actor=Actor.of(request.user), now=timezone.now())
            return _("The message is on its way again.")

        return act(request, again, place.url("page", found.endpoint_id))
    context = place.context(found.endpoint) | {
        "delivery": found,
        "type": type_label(found.type),
        "kind": badge_of(found),
        "tries": found.tries.all(),
        "payload": json.dumps(json.loads(body_of(found)), indent=2, ensure_ascii=False),
        "may_replay": found.type != VERIFICATION,
    }
    return render(request, "integrations/delivery.html", context)


def catalogue_screen(request: HttpRequest, place: Place) -> HttpResponse:
    """Show every kind of event with its fields and an example."""
    groups = catalogue(of_vendor=place.organization is None)
    return render(request, "integrations/catalogue.html", place.context() | {"groups": groups})
