"""What is known of a person: handed out to the owner and to themselves; usage is deleted."""

from collections.abc import Callable
from functools import partial
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
from accounts.models import Membership, PersonDeletion, User
from accounts.services.history import Actor
from accounts.views.answers import act, done, go_to
from identity.step_up import ask_unless_recent
from provisioning.models import DirectoryUser
from seats.domain.privacy import Visibility
from signals.forms import DeletePersonDataForm
from signals.selectors.person_deletions import deletion_of, own_deletions
from signals.services.person_data import delete_person_data
from signals.services.person_deletion import (
    WAITS_FOR,
    ask_deletion,
    decline_deletion,
    plan_deletion,
    undo_deletion,
)
from signals.services.person_file import own_file, person_file


@organization_page(Permission.PERSON_DATA_MANAGE, recent=Recent.EXPORTING)
@require_POST
def person_data_export(request: OrganizationRequest, person_id: int) -> HttpResponseBase:
    """Return everything that the organization knows of a person, as a ZIP to keep.

    Where only totals are shown it holds no usage: the person takes that along themselves.
    """
    person = _person(request, person_id)
    is_totals = request.organization.usage_visibility == Visibility.TOTALS
    if is_totals and person.state == Membership.State.DISCOVERED:
        messages.error(
            request,
            _(
                "Nothing but usage is known of this person, and your organization shows only "
                "totals of it. Nothing was exported."
            ),
        )
        return go_to(request, _address(request, person))
    file = person_file(
        organization_id=request.organization.pk,
        membership_id=person.pk,
        actor=Actor.of(request.user),
        now=timezone.now(),
        with_usage=not is_totals,
    )
    return _download(file, f"person-{person.pk}.zip")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def my_data(request: HttpRequest) -> HttpResponseBase:
    """Say what is known of the reader; on POST hand it out, to somebody who just proved it is them.

    What somebody did not prove here waits and is handed out afterwards (`identity.step_up`).
    """
    if request.method != "POST":
        context = {
            "preferences_tab": "data",
            "wishes": own_deletions(cast(User, request.user)),
            "waits_days": WAITS_FOR.days,
        }
        return render(request, "signals/my_data.html", context)
    asked = ask_unless_recent(cast(OrganizationRequest, request), Recent.EXPORTING)
    if asked is not None:
        return asked
    return _download(own_file(user=cast(User, request.user), now=timezone.now()), "your-data.zip")


@signed_in
@require_POST
def my_deletion(request: HttpRequest) -> HttpResponseBase:
    """Ask the owners of one organization to delete the reader."""
    asked = ask_unless_recent(cast(OrganizationRequest, request), Recent.CHANGING)
    if asked is not None:
        return asked
    user, address = cast(User, request.user), reverse("my_data")
    slug = request.POST.get("organization", "")
    wanted = next((each for each in own_deletions(user) if each.organization.slug == slug), None)
    if wanted is None:
        messages.error(request, _("Choose one of your organizations. No request was sent."))
        return go_to(request, address)
    ask_deletion(
        organization_id=wanted.organization.pk,
        membership_id=wanted.membership.pk,
        actor=Actor.of(user),
        now=timezone.now(),
    )
    said = _("The owners of %(name)s are asked to delete you.") % {"name": wanted.organization.name}
    return done(request, said, address)


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


@organization_page(Permission.PERSON_DATA_MANAGE, recent=Recent.CHANGING)
@require_http_methods(["GET", "HEAD", "POST"])
def person_deletion(request: OrganizationRequest, person_id: int) -> HttpResponse:
    """Show whether a person is to be deleted; on POST have it done in seven days, if confirmed."""
    person = _person(request, person_id)
    form = DeletePersonDataForm(
        request.POST if request.method == "POST" else None, wanted=person.display_name
    )
    if form.is_bound and form.is_valid():
        return _act(
            request, person, plan_deletion, _("%(name)s is deleted in seven days. You can undo it.")
        )
    return render(
        request,
        "signals/person_deletion.html",
        {
            "person": person,
            "form": form,
            "waits_days": WAITS_FOR.days,
            "is_reachable": bool(person.email or person.user_id),
            "is_self": person.user_id == request.user.pk,
            "is_directory": DirectoryUser.objects.filter(membership=person).exists(),
            **deletion_of(person),
        },
        status=422 if form.is_bound else 200,
    )


@organization_page(Permission.PERSON_DATA_MANAGE, recent=Recent.CHANGING)
@require_POST
def person_deletion_undo(request: OrganizationRequest, person_id: int) -> HttpResponse:
    """Take a deletion back before its day."""
    person = _person(request, person_id)
    return _act(request, person, undo_deletion, _("%(name)s stays. Nothing was deleted."))


@organization_page(Permission.PERSON_DATA_MANAGE, recent=Recent.CHANGING)
@require_POST
def person_deletion_decline(request: OrganizationRequest, person_id: int) -> HttpResponse:
    """Answer a person's own wish with a reason why not."""
    person = _person(request, person_id)
    note = " ".join(request.POST.get("note", "").replace("\x00", "").split())
    if not note:
        messages.error(request, _("Say why: the person reads it. Nothing was declined."))
        return go_to(request, _deletion_address(request, person))
    return _act(
        request,
        person,
        partial(decline_deletion, note=note),
        _("%(name)s is told that they are not deleted."),
    )


def _act(
    request: OrganizationRequest,
    person: Membership,
    action: Callable[..., PersonDeletion],
    said: str,
) -> HttpResponse:
    def run() -> str:
        action(
            organization_id=request.organization.pk,
            membership_id=person.pk,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return said % {"name": person.display_name}

    return act(request, run, _deletion_address(request, person))


def _deletion_address(request: OrganizationRequest, person: Membership) -> str:
    return reverse("person_deletion", args=[request.organization.slug, person.pk])


def _person(request: OrganizationRequest, person_id: int) -> Membership:
    person = Membership.objects.filter(pk=person_id, organization=request.organization).first()
    if person is None:
        raise Http404("No such person")
    return person


def _address(request: OrganizationRequest, person: Membership) -> str:
    return reverse("person", args=[request.organization.slug, person.pk])
