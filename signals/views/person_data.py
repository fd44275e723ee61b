"""What is known of a person's usage, for the owner: handed out as a file, and deleted."""

import json

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.models import Membership
from accounts.services.history import Actor
from accounts.views.answers import done, go_to
from seats.domain.privacy import Visibility
from signals.forms import DeletePersonDataForm
from signals.services.person_data import delete_person_data, export_person


@organization_page(Permission.PERSON_DATA_MANAGE, recent=Recent.EXPORTING)
@require_POST
def person_data_export(request: OrganizationRequest, person_id: int) -> HttpResponse:
    """Return everything that is known of a person's usage, as JSON to keep.

    Where only totals are shown, nobody reads what a single person did here either.
    """
    person = _person(request, person_id)
    if request.organization.usage_visibility == Visibility.TOTALS:
        messages.error(
            request,
            _(
                "Your organization shows only totals of usage, so nothing was exported. "
                "Your vendor can hand the file to the person."
            ),
        )
        return go_to(request, _address(request, person))
    found = export_person(
        organization_id=request.organization.pk,
        membership_id=person.pk,
        actor=Actor.of(request.user),
        now=timezone.now(),
    )
    response = HttpResponse(
        json.dumps(found, indent=2, default=str), content_type="application/json"
    )
    response["Content-Disposition"] = f'attachment; filename="person-{person.pk}.json"'
    response["Cache-Control"] = "no-store"
    return response


@organization_page(Permission.PERSON_DATA_MANAGE, recent=Recent.CHANGING)
@require_http_methods(["GET", "HEAD", "POST"])
def person_data_delete(request: OrganizationRequest, person_id: int) -> HttpResponse:
    """Ask for the person's address, then delete everything that is known of their usage."""
    person = _person(request, person_id)
    form = DeletePersonDataForm(
        request.POST if request.method == "POST" else None, wanted=person.email or str(person)
    )
    if not (form.is_bound and form.is_valid()):
        return render(
            request,
            "signals/person_data_delete.html",
            {"person": person, "form": form},
            status=422 if form.is_bound else 200,
        )
    delete_person_data(
        organization_id=request.organization.pk,
        membership_id=person.pk,
        actor=Actor.of(request.user),
        now=timezone.now(),
    )
    said = _("Everything about the usage of %(name)s is deleted.") % {"name": person.display_name}
    return done(request, said, _address(request, person))


def _person(request: OrganizationRequest, person_id: int) -> Membership:
    person = Membership.objects.filter(pk=person_id, organization=request.organization).first()
    if person is None:
        raise Http404("No such person")
    return person


def _address(request: OrganizationRequest, person: Membership) -> str:
    return reverse("person", args=[request.organization.slug, person.pk])
