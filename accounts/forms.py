"""Forms of people and organizations. They check shape; services decide."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from accounts.domain.roles import Granter, OrganizationRole, may_grant
from accounts.domain.scopes import EVERYTHING, SCOPES
from accounts.errors import DomainError
from accounts.models import Membership, Organization, User
from accounts.scope_words import AREA_WORDS
from accounts.time_zones import known_time_zones


def add_domain_error(form: forms.Form, error: DomainError) -> None:
    """Show a service's error beside the field that it names, else above the form."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


def role_choices(granter: Granter) -> list[tuple[str, Any]]:
    """Return the roles that `granter` may hand out, the smallest first."""
    return [
        choice
        for choice in reversed(Membership.Role.choices)
        if may_grant(granter, OrganizationRole(choice[0]))
    ]


@cache
def time_zone_choices() -> list[tuple[str, str]]:
    """Return every time zone by name, UTC first."""
    zones = sorted(zone for zone in known_time_zones() if "/" in zone and zone[:4] != "Etc/")
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in zones)]


class DepartmentField(forms.CharField):
    """A department by name: those there are are offered, a new name makes a new one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Department"),
            max_length=120,
            required=False,
            help_text=_("Choose one, or write a new name."),
            widget=forms.TextInput(attrs={"list": "departments", "autocomplete": "off"}),
            **kwargs,
        )


class RegionField(forms.CharField):
    """A region by name, as `DepartmentField`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Region"),
            max_length=120,
            required=False,
            help_text=_("Choose one, or write a new name."),
            widget=forms.TextInput(attrs={"list": "regions", "autocomplete": "off"}),
            **kwargs,
        )


class PersonForm(forms.Form):
    """Somebody who is added without a mail."""

    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(label=_("Email"), max_length=254)
    external_id = forms.CharField(
        label=_("Member id"),
        max_length=200,
        required=False,
        help_text=_("How your product names this person in usage events."),
    )
    title = forms.CharField(label=_("Title"), max_length=150, required=False)
    department = DepartmentField()
    region = RegionField()
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, granter: Granter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_roles(self.fields["role"], granter)


class PersonChangeForm(forms.Form):
    """What can be changed about a person; the role only where the reader may hand it out."""

    name = forms.CharField(label=_("Name"), max_length=150)
    title = forms.CharField(label=_("Title"), max_length=150, required=False)
    department = DepartmentField()
    region = RegionField()
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, granter: Granter, role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = role_choices(granter)
        if role in dict(choices):
            _offer_roles(self.fields["role"], granter)
        else:
            del self.fields["role"]


class InvitationForm(forms.Form):
    """An invitation by mail."""

    email = forms.EmailField(label=_("Email"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=150, required=False)
    department = DepartmentField()
    role = forms.ChoiceField(label=_("Role"))
    with_seat = forms.BooleanField(
        label=_("Give a seat on acceptance"),
        required=False,
        help_text=_("When no seat is left, the person joins the waiting list."),
    )

    def __init__(self, *args: Any, roles: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]


class JoinForm(forms.Form):
    """A new account behind an invitation; the password is checked against name and address."""

    name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=lazystr(" ".join(password_validators_help_texts()[1:2])),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        """Refuse a password that is weak, or close to the name or address."""
        data = super().clean() or {}
        if "password" in data:
            person = User(email=self.email, name=data.get("name", ""))
            try:
                validate_password(data["password"], person)
            except ValidationError as error:
                self.add_error("password", error)
        return data


class OrganizationForm(forms.Form):
    """The facts of an organization that it may change by itself."""

    name = forms.CharField(label=_("Name"), max_length=200)
    time_zone = forms.ChoiceField(label=_("Time zone"))
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Mails and documents of the organization are written in it."),
    )

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "name": organization.name,
            "time_zone": organization.time_zone,
            "language": organization.language,
        }
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = time_zone_choices()  # type: ignore[attr-defined]


class PreferencesForm(forms.Form):
    """What a person says about themselves."""

    name = forms.CharField(label=_("Your name"), max_length=150)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("", _("As in the browser")), *settings.LANGUAGES],
        required=False,
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "name": user.name,
            "language": user.language,
            "time_zone": user.time_zone,
        }
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [  # type: ignore[attr-defined]
            ("", _("As in the browser")),
            *time_zone_choices(),
        ]


class DepartmentForm(forms.Form):
    """A department's name."""

    name = forms.CharField(label=_("Name"), max_length=120)


class ApiKeyForm(forms.Form):
    """A new API key: what it is for, what it may do and for how long."""

    name = forms.CharField(
        label=_("What it is for"),
        max_length=120,
        help_text=_("So that you know later which one to revoke."),
    )
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        choices=[
            (0, _("no limit")),
            (30, _("30 days")),
            (90, _("90 days")),
            (365, _("a year")),
        ],
        coerce=int,
        required=False,
    )
    may = forms.ChoiceField(
        label=_("May do"),
        choices=[
            ("everything", _("Everything")),
            ("read", _("Read everything")),
            ("chosen", _("Only what is chosen below")),
        ],
        required=False,
    )
    scopes = forms.MultipleChoiceField(
        label=_("Chosen"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("To write includes to read."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        acts = {"read": _("read"), "write": _("write")}
        choices = [
            (f"{area}:{act}", f"{words}: {said}")
            for area, words in AREA_WORDS.items()
            for act, said in acts.items()
        ]
        self.fields["scopes"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Turn the choice into scopes; refuse a key that may do nothing."""
        given: dict[str, Any] = super().clean() or {}
        may = given.get("may") or "everything"
        if may == "everything":
            given["scopes"] = [EVERYTHING]
        elif may == "read":
            given["scopes"] = [scope for scope in SCOPES if scope.endswith(":read")]
        elif not given.get("scopes") and "scopes" not in self.errors:
            self.add_error("scopes", _("Choose what the key may do."))
        return given


class RotationForm(forms.Form):
    """For how long the old secret works beside the new one."""

    hours = forms.TypedChoiceField(
        label=_("Keep the old secret working for"),
        choices=[
            (24, _("24 hours")),
            (1, _("1 hour")),
            (168, _("7 days")),
            (0, _("not at all")),
        ],
        coerce=int,
    )


class SeatRequestForm(forms.Form):
    """A member asks for a seat."""

    note = forms.CharField(
        label=_("What you need it for"),
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )


def _offer_roles(field: forms.Field, granter: Granter) -> None:
    choices: Iterable[tuple[str, Any]] = role_choices(granter)
    field.choices = list(choices)  # type: ignore[attr-defined]
