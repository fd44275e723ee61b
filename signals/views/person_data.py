"""What is known of a person: handed out to the owner and to themselves; usage is deleted."""

from typing import IO, cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import OrganizationRequest, organization_page, signed_in
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.models import Membership, User
from accounts.services.history import Actor
from accounts.views.answers import done, go_to
from identity.step_up import ask_unless_recent
from seats.domain.privacy import Visibility
from signals.forms import DeletePersonDataForm
from signals.services.person_data import delete_person_data
from signals.services.person_file import own_file, person_file


@organization_page(Permission.PERSON_DATA_MANAGE, recent=Recent.EXPORTING)
@require_POST
def person_data_export(request: OrganizationRequest, person_id: int) -> HttpResponseBase:
    """Return everything that the organization knows of a person, as a ZIP to keep.

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
    file = person_file(
        organization_id=request.organization.pk,
        membership_id=person.pk,
        actor=Actor.of(request.user),
        now=timezone.now(),
    )
    return _download(file, f"person-{person.pk}.zip")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def my_data(request: HttpRequest) -> HttpResponseBase:
    """Say what is known of the reader; on POST hand it out, to somebody who just proved it is them.

    What somebody did not prove here waits and is handed out afterwards (`identity.step_up`).
    """
    if request.method != "POST":
        return render(request, "signals/my_data.html", {"preferences_tab": "data"})
    asked = ask_unless_recent(cast(OrganizationRequest, request), Recent.EXPORTING)
    if asked is not None:
        return asked
    return _download(own_file(user=cast(User, request.user), now=timezone.now()), "your-data.zip")


def _download(file: IO[bytes], name: str) -> FileResponse:
    response = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
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
