"""Settings of an organization: its facts and its departments."""

from django.db.models import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.errors import DomainError
from accounts.forms import DepartmentForm, OrganizationForm, add_domain_error
from accounts.models import Department
from accounts.selectors.settings import departments_with_people
from accounts.services.departments import (
    create_department,
    delete_department,
    rename_department,
)
from accounts.services.history import Actor
from accounts.services.preferences import change_organization
from accounts.views.answers import act, done


@organization_page(Permission.SETTINGS_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: OrganizationRequest) -> HttpResponse:
    """Show the organization's facts; who manages the settings may change them."""
    may_change = request.may(Permission.SETTINGS_MANAGE)
    form = OrganizationForm(request.POST or None, organization=request.organization)
    if not may_change:
        for field in form.fields.values():
            field.disabled = True
    elif request.method == "POST" and form.is_valid():
        change_organization(
            organization_id=request.organization.pk,
            actor=Actor.of(request.user),
            now=timezone.now(),
            **form.cleaned_data,
        )
        return done(
            request, _("The settings are saved."), reverse("settings", args=[_slug(request)])
        )
    return render(
        request,
        "accounts/settings.html",
        {"form": form, "may_change": may_change, "tab": "settings"},
        status=422 if form.is_bound and may_change else 200,
    )


@organization_page(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def settings_departments(request: OrganizationRequest) -> HttpResponse:
    """List departments and make new ones."""
    form = DepartmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        try:
            create_department(
                organization_id=request.organization.pk,
                name=name,
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return done(
                request,
                _("The department “%(name)s” is in the list.") % {"name": name},
                reverse("settings_departments", args=[_slug(request)]),
            )
    return render(
        request,
        "accounts/settings_departments.html",
        {"form": form, "departments": departments_with_people(), "tab": "settings_departments"},
        status=422 if form.is_bound else 200,
    )


@organization_page(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def department_rename(request: OrganizationRequest, department_id: int) -> HttpResponse:
    """Give a department another name, in a panel."""
    department = _department(department_id)
    form = DepartmentForm(request.POST or None, initial={"name": department.name})
    if request.method == "POST" and form.is_valid():
        try:
            rename_department(
                organization_id=request.organization.pk,
                department_id=department_id,
                name=form.cleaned_data["name"],
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return done(
                request,
                _("The department has its new name."),
                reverse("settings_departments", args=[_slug(request)]),
            )
    return render(
        request,
        "accounts/department_rename.html",
        {"form": form, "department": department},
        status=422 if form.is_bound else 200,
    )


@organization_page(Permission.PEOPLE_MANAGE)
@require_POST
def department_delete(request: OrganizationRequest, department_id: int) -> HttpResponse:
    """Remove a department; the page asked before."""

    def remove() -> str:
        department = Department.objects.get(pk=department_id)
        delete_department(
            organization_id=request.organization.pk,
            department_id=department_id,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
        return _("The department “%(name)s” is removed. Its people stay.") % {
            "name": department.name
        }

    return act(request, remove, reverse("settings_departments", args=[_slug(request)]))


def _department(department_id: int) -> Department:
    try:
        return Department.objects.get(pk=department_id)
    except ObjectDoesNotExist as error:
        raise Http404("No such department") from error


def _slug(request: OrganizationRequest) -> str:
    return request.organization.slug
