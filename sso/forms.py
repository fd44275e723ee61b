"""Forms of single sign-on. They check shape; services decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.domain.roles import OrganizationRole
from accounts.forms import role_choices
from sso.models import SsoConnection
from sso.services.connections import Rules

_LARGEST_METADATA = 512 * 1024
_NOT_BY_PROVIDER = (OrganizationRole.OWNER, OrganizationRole.ADMIN)


class AddressForm(forms.Form):
    """The address of somebody who signs in."""

    email = forms.EmailField(
        label=_("Email"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class EmergencyForm(forms.Form):
    """Why an owner enters without the provider."""

    reason = forms.CharField(
        label=_("Why the provider cannot be used"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DomainForm(forms.Form):
    """A domain to prove."""

    name = forms.CharField(
        label=_("Domain"),
        max_length=253,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class ConnectionForm(forms.Form):
    """What both protocols share: a name, and who comes in."""

    name = forms.CharField(
        label=_("Name of the provider"),
        max_length=80,
        help_text=_("People read it at sign-in, such as “Okta” or “Entra ID”."),
    )
    creates_members = forms.BooleanField(
        label=_("Whoever signs in for the first time becomes a member"),
        required=False,
        help_text=_("Otherwise only people of the list come in."),
    )
    assigns_seat = forms.BooleanField(
        label=_("Give newcomers a seat while one is free"),
        required=False,
        help_text=_("Without a free seat they come in too, and go on the waiting list."),
    )
    default_role = forms.ChoiceField(label=_("Role of newcomers"))
    claim_email = forms.CharField(
        label=_("Claim with the address"),
        max_length=120,
        required=False,
        help_text=_("Leave the claims empty if your provider uses the usual names."),
    )
    claim_name = forms.CharField(label=_("Claim with the name"), max_length=120, required=False)
    claim_department = forms.CharField(
        label=_("Claim with the department"), max_length=120, required=False
    )
    claim_title = forms.CharField(label=_("Claim with the title"), max_length=120, required=False)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        granter: OrganizationRole,
        connection: SsoConnection | None = None,
    ) -> None:
        initial: dict[str, Any] = {
            "creates_members": True,
            "default_role": OrganizationRole.MEMBER.value,
        }
        if connection is not None:
            initial = {name: getattr(connection, name, "") for name in self.base_fields}
        super().__init__(data, files, initial=initial)
        self.connection = connection
        self.fields["default_role"].choices = [  # type: ignore[attr-defined]
            choice for choice in role_choices(granter) if choice[0] not in _NOT_BY_PROVIDER
        ]

    @property
    def rules(self) -> Rules:
        """Who comes in, as entered."""
        return Rules(**{name: self.cleaned_data.get(name, False) for name in Rules.__slots__})


class OidcForm(ConnectionForm):
    """An OpenID provider."""

    issuer = forms.CharField(
        label=_("Issuer"),
        max_length=500,
        help_text=_("The address below which the provider publishes its configuration."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    client_id = forms.CharField(label=_("Client id"), max_length=200)
    client_secret = forms.CharField(
        label=_("Client secret"),
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("name", "issuer", "client_id", "client_secret")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.connection is not None:
            self.fields["client_secret"].required = False
            self.fields["client_secret"].help_text = _("Leave it empty to keep the stored secret.")
            self.initial.pop("client_secret")


class SamlForm(ConnectionForm):
    """A SAML provider: by the address of its metadata, as a file, or field by field."""

    metadata_url = forms.CharField(
        label=_("Address of the metadata"),
        max_length=500,
        required=False,
        help_text=_("Read again every day, so that a new certificate is known in time."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    metadata = forms.FileField(label=_("Metadata as a file"), required=False)
    entity_id = forms.CharField(label=_("Entity id"), max_length=500, required=False)
    sso_url = forms.CharField(label=_("Sign-in address"), max_length=500, required=False)
    certificates = forms.CharField(
        label=_("Certificates"),
        required=False,
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("In PEM form; several while the provider changes its certificate."),
    )
    allows_idp_initiated = forms.BooleanField(
        label=_("People may begin at the provider"),
        required=False,
        help_text=_("Safer without: an answer that nobody here asked for could be a trap."),
    )
    field_order = ("name", "metadata_url", "metadata", "entity_id", "sso_url", "certificates")

    def clean_metadata(self) -> bytes:
        """Return the file's bytes, few enough to be metadata."""
        file = self.cleaned_data["metadata"]
        if file is None:
            return b""
        if file.size > _LARGEST_METADATA:
            raise forms.ValidationError(_("This file is too large to be metadata."))
        content: bytes = file.read()
        return content
