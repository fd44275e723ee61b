"""Settings > Roles: what each role may do, the organization's own roles, and who holds which."""

from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import (
    CUSTOM_PERMISSIONS,
    Granter,
    OrganizationRole,
    Permission,
    held_by,
    may_grant,
    may_hand_out,
)
from accounts.errors import DomainError
from accounts.forms import add_domain_error
from accounts.models import CustomRole, Department, Membership
from accounts.selectors.settings import (
    ABILITIES,
    custom_roles,
    people_with_a_role,
    role_matrix,
)
from accounts.services.history import Actor
from accounts.services.roles import (
    RoleChoice,
    change_custom_role,
    create_role,
    delete_role,
    give_role,
)
from accounts.views.answers import done

_CUSTOM = "custom-"


class RoleForm(forms.Form):
    """A role of the organization's own: a name, and permissions that the reader holds."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    permissions = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Everybody sees their own usage and asks for a seat. You can hand out what you hold."
        ),
    )

    def __init__(self, *args: Any, granter: Granter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["permissions"].choices = [  # type: ignore[attr-defined]
            (permission.value, label)
            for permission, label in ABILITIES
            if permission in CUSTOM_PERMISSIONS and permission in held_by(granter)
        ]

    @property
    def chosen(self) -> frozenset[Permission]:
        """The permissions that were ticked."""
        return frozenset(Permission(value) for value in self.cleaned_data["permissions"])


class GiveRoleForm(forms.Form):
    """Which role a person holds, and over which departments."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))
    departments = forms.MultipleChoiceField(
        label=gettext_lazy("Only these departments"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "With departments chosen, the person sees and seats their people only. "
            "Without one, the role reaches everybody."
        ),
    )

    def __init__(self, *args: Any, granter: Granter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(granter)  # type: ignore[attr-defined]
        self.fields["departments"].choices = [  # type: ignore[attr-defined]
            (str(department.pk), department.name) for department in Department.objects.all()
        ]


class ReplacementForm(forms.Form):
    """The role that people hold after theirs is removed."""

    replacement = forms.ChoiceField(label=gettext_lazy("Its people hold afterwards"))

    def __init__(self, *args: Any, granter: Granter, without: CustomRole, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gone = f"{_CUSTOM}{without.pk}"
        self.fields["replacement"].choices = [  # type: ignore[attr-defined]
            choice for choice in role_choices(granter) if choice[0] != gone
        ]


def role_choices(granter: Granter) -> list[tuple[str, Any]]:
    """Return what a reader may hand out, the smallest first, then the organization's own."""
    built_in = [
        choice
        for choice in reversed(Membership.Role.choices)
        if may_grant(granter, OrganizationRole(choice[0]))
    ]
    own = [
        (f"{_CUSTOM}{role.pk}", role.name)
        for role in CustomRole.objects.all()
        if may_hand_out(granter, role.held)
    ]
    return [*built_in, *own]


def chosen_role(value: str) -> RoleChoice:
    """Return what a form's value names; its field has checked that it was offered."""
    if value.startswith(_CUSTOM):
        return RoleChoice(OrganizationRole.MEMBER, int(value.removeprefix(_CUSTOM)))
    return RoleChoice(OrganizationRole(value))


@organization_page(Permission.SETTINGS_READ)
@require_safe
def settings_roles(request: OrganizationRequest) -> HttpResponse:
    """Show who holds a role, and what each role may do."""
    own = custom_roles()
    roles, abilities = role_matrix(own)
    names = dict(Department.objects.values_list("pk", "name"))
    people = list(people_with_a_role(organization_id=request.organization.pk))
    return render(
        request,
        "accounts/settings_roles.html",
        {
            "roles": roles,
            "abilities": abilities,
            "own": own,
            "people": [
                (person, [names[pk] for pk in person.reach or () if pk in names])
                for person in people
            ],
            "may_change": request.may(Permission.PEOPLE_MANAGE),
            "tab": "settings_roles",
        },
    )


@organization_page(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def role_new(request: OrganizationRequest) -> HttpResponse:
    """Make a role of the organization's own, in a panel."""
    form = RoleForm(_sent(request), granter=request.membership.granter)
    if request.method == "POST" and form.is_valid():
        try:
            role = create_role(
                organization_id=request.organization.pk,
                name=form.cleaned_data["name"],
                permissions=form.chosen,
                granter=request.membership.granter,
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            message = _("The role “%(name)s” can be given to people now.") % {"name": role.name}
            return done(request, message, _back(request))
    return _panel(request, "accounts/role_form.html", form)


@organization_page(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def role_change(request: OrganizationRequest, role_id: int) -> HttpResponse:
    """Change what a role is called and includes, in a panel."""
    role = _role(role_id)
    form = RoleForm(
        _sent(request),
        granter=request.membership.granter,
        initial={"name": role.name, "permissions": role.permissions},
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_custom_role(
                organization_id=request.organization.pk,
                role_id=role_id,
                name=form.cleaned_data["name"],
                permissions=form.chosen,
                granter=request.membership.granter,
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return done(
                request, _("The role is changed for everybody who holds it."), _back(request)
            )
    return _panel(request, "accounts/role_form.html", form, role=role)


@organization_page(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def role_delete(request: OrganizationRequest, role_id: int) -> HttpResponse:
    """Ask what its people hold afterwards, then remove a role."""
    role = _role(role_id)
    holders = Membership.objects.filter(custom_role=role).count()
    form = ReplacementForm(
        _sent(request),
        granter=request.membership.granter,
        without=role,
        initial={"replacement": Membership.Role.MEMBER},
    )
    if request.method == "POST" and (form.is_valid() or not holders):
        try:
            delete_role(
                organization_id=request.organization.pk,
                role_id=role_id,
                replacement=chosen_role(form.cleaned_data["replacement"]) if holders else None,
                granter=request.membership.granter,
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            message = _("The role “%(name)s” is removed.") % {"name": role.name}
            return done(request, message, _back(request))
    return _panel(request, "accounts/role_delete.html", form, role=role, holders=holders)


@organization_page(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def role_give(request: OrganizationRequest, person_id: int) -> HttpResponse:
    """Choose a person's role, and the departments that it reaches, in a panel."""
    try:
        person = Membership.objects.select_related("custom_role").get(
            pk=person_id, organization=request.organization
        )
    except ObjectDoesNotExist as error:
        raise Http404("No such person") from error
    held = f"{_CUSTOM}{person.custom_role_id}" if person.custom_role_id else person.role
    form = GiveRoleForm(
        _sent(request),
        granter=request.membership.granter,
        initial={"role": held, "departments": person.reach or []},
    )
    if request.method == "POST" and form.is_valid():
        try:
            give_role(
                organization_id=request.organization.pk,
                membership_id=person_id,
                choice=chosen_role(form.cleaned_data["role"]),
                departments=[int(pk) for pk in form.cleaned_data["departments"]],
                granter=request.membership.granter,
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            message = _("The role of %(name)s is saved.") % {"name": person.display_name}
            return done(request, message, _back(request))
    return _panel(request, "accounts/role_give.html", form, person=person)


def _sent(request: OrganizationRequest) -> QueryDict | None:
    # Nothing ticked is an answer too.
    return request.POST if request.method == "POST" else None


def _panel(
    request: OrganizationRequest, template: str, form: forms.Form, **context: Any
) -> HttpResponse:
    return render(
        request, template, {"form": form, **context}, status=422 if form.is_bound else 200
    )


def _role(role_id: int) -> CustomRole:
    try:
        return CustomRole.objects.get(pk=role_id)
    except ObjectDoesNotExist as error:
        raise Http404("No such role") from error


def _back(request: OrganizationRequest) -> str:
    return reverse("settings_roles", args=[request.organization.slug])
