"""People > Import: send a file, say what its columns mean, read what would happen, import."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.recency import Recent
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.forms import add_domain_error
from accounts.services.history import Actor
from accounts.views.answers import act
from provisioning.domain.people_file import Field, Refusal
from provisioning.models import PeopleImport
from provisioning.services.people_import import send_file
from provisioning.services.people_progress import progress_of
from provisioning.tasks import check_people, start_people

_MOST_BYTES: Final = 9_500_000
_SILENT_FOR: Final = timedelta(minutes=5)
_State = PeopleImport.State

MEANINGS: Final = (
    ("", gettext_lazy("Leave it out")),
    (Field.MEMBER_ID, gettext_lazy("Member id")),
    (Field.EMAIL, gettext_lazy("Email address")),
    (Field.NAME, gettext_lazy("Name")),
    (Field.FIRST_NAME, gettext_lazy("First name")),
    (Field.LAST_NAME, gettext_lazy("Last name")),
    (Field.TITLE, gettext_lazy("Title")),
    (Field.DEPARTMENT, gettext_lazy("Department")),
    (Field.REGION, gettext_lazy("Region")),
    (Field.MANAGER, gettext_lazy("Manager (member id or email)")),
    (Field.KIND, gettext_lazy("Employee or contractor")),
)
REASONS: Final = {
    Refusal.NOBODY: gettext_lazy("The line has neither a member id nor an email address."),
    Refusal.BAD_EMAIL: gettext_lazy("This is not a valid email address."),
    Refusal.TOO_LONG: gettext_lazy("A cell is too long."),
    Refusal.TWICE: gettext_lazy("An earlier line names the same person."),
    Refusal.TWO_PEOPLE: gettext_lazy("The member id and the address belong to two people."),
    Refusal.DIRECTORY: gettext_lazy("The directory keeps this person up to date."),
}


class FileForm(forms.Form):
    """A file of people."""

    file = forms.FileField(
        label=gettext_lazy("CSV or Excel file"),
        help_text=gettext_lazy("Up to 100,000 lines below a heading, 9.5 MB at most."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def clean_file(self) -> Any:
        """Refuse what is too large before it is read."""
        file = self.cleaned_data["file"]
        if file.size > _MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 9.5 MB. Send it in parts."))
        return file


@organization_page(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def people_import_new(request: OrganizationRequest) -> HttpResponse:
    """Take a file."""
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            sent = send_file(
                organization_id=request.organization.pk,
                filename=file.name,
                content=file.read(),
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return redirect("people_import", request.organization.slug, sent.pk)
    return render(
        request,
        "provisioning/people_import_new.html",
        {"form": form},
        status=422 if form.is_bound else 200,
    )


@organization_page(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def people_import(request: OrganizationRequest, import_id: UUID) -> HttpResponse:
    """Show a file: what its columns mean, what it would do or did; a form checks it."""
    sent = _sent(import_id)
    error = ""
    if request.method == "POST":
        mapping = [request.POST.get(f"column-{number}", "") for number in range(len(sent.headings))]
        known = {str(value) for value, _label in MEANINGS}
        mapping = [each if each in known else "" for each in mapping]
        try:
            check_people(
                organization_id=request.organization.pk,
                sent=sent,
                mapping=mapping,
                now=timezone.now(),
            )
        except DomainError as refused:
            error = str(refused)
            sent.mapping = mapping
        else:
            return redirect("people_import", request.organization.slug, import_id)
    return render(
        request,
        "provisioning/people_import.html",
        _context(sent, error),
        status=422 if error else 200,
    )


@organization_page(Permission.PEOPLE_MANAGE, recent=Recent.CHANGING)
@require_POST
def people_import_start(request: OrganizationRequest, import_id: UUID) -> HttpResponse:
    """Import a checked file."""
    address = reverse("people_import", args=[request.organization.slug, import_id])
    sent = _sent(import_id)

    def start() -> str:
        done = start_people(
            organization_id=request.organization.pk,
            sent=sent,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        if done is None:
            return _("The file is being imported.")
        if done.state != _State.DONE:
            return _("The list changed since the check. Read what would happen now.")
        new = done.findings["new"]
        return ngettext("%(n)s person is new.", "%(n)s people are new.", new) % {"n": new}

    return act(request, start, address)


def _sent(import_id: UUID) -> PeopleImport:
    sent = PeopleImport.objects.defer("content").filter(pk=import_id).first()
    if sent is None:
        raise Http404("No such file")
    return sent


def _context(sent: PeopleImport, error: str) -> dict[str, Any]:
    is_running = sent.state in (_State.CHECKING, _State.IMPORTING)
    refusals = [
        each | {"words": REASONS[Refusal(each["reason"])]}
        for each in sent.findings.get("refusals", [])
    ]
    return {
        "sent": sent,
        "error": error,
        "columns": [
            {"number": number, "heading": heading, "meaning": meaning}
            for number, (heading, meaning) in enumerate(
                zip(sent.headings, sent.mapping, strict=False)
            )
        ],
        "meanings": [(str(value), label) for value, label in MEANINGS],
        "findings": sent.findings,
        "refusals": refusals,
        "is_running": is_running and sent.touched_at > timezone.now() - _SILENT_FOR,
        "progress": progress_of(sent.pk) if is_running else 0,
        "is_done": sent.state == _State.DONE,
        "is_failed": sent.state == _State.FAILED,
        "is_checked": sent.state == _State.CHECKED,
    }
