"""Forms of identity. They check shape; services decide."""

from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from identity.domain.rules import LONGEST_MINIMUM, SHORTEST_PASSWORD, SecondFactorFor, SignInRules
from identity.models import IdentityRules


class SignInRulesForm(forms.Form):
    """What an organization asks of the sign-in of its people."""

    second_factor = forms.ChoiceField(
        label=_("Who needs a second factor"),
        choices=IdentityRules.SecondFactor,
        widget=forms.RadioSelect,
        help_text=_(
            "An authenticator app or a passkey. Whoever has none sets it up before going on."
        ),
    )
    idle_hours = forms.IntegerField(
        label=_("Sign out after this many hours without use"),
        required=False,
        min_value=1,
        max_value=720,
        help_text=_("Empty: only after two weeks."),
    )
    session_days = forms.IntegerField(
        label=_("Sign out after this many days, used or not"),
        required=False,
        min_value=1,
        max_value=365,
        help_text=_("Empty: as long as it is used."),
    )
    password_length = forms.IntegerField(
        label=_("Password length, at least"),
        min_value=SHORTEST_PASSWORD,
        max_value=LONGEST_MINIMUM,
        help_text=_(
            "Common passwords are always refused. Whose password is shorter chooses a new one at "
            "the next sign-in."
        ),
    )
    buying_minutes = forms.IntegerField(
        label=_("Before buying, a proof at most this many minutes old"),
        min_value=5,
        max_value=720,
        help_text=_("At most 720: whoever signed in this morning buys with one press."),
    )
    changing_minutes = forms.IntegerField(
        label=_("Before keys, roles or sign-in rules change, at most this many minutes old"),
        min_value=5,
        max_value=15,
    )
    exporting_minutes = forms.IntegerField(
        label=_("Before an export, at most this many minutes old"), min_value=5, max_value=60
    )

    @property
    def rules(self) -> SignInRules:
        """The rules that the valid form says."""
        values: dict[str, Any] = dict(self.cleaned_data)
        return SignInRules(**values | {"second_factor": SecondFactorFor(values["second_factor"])})


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey; most people want it instead of the password."""

    passwordless = forms.BooleanField(
        label=_("Sign in with it alone, without the password"),
        required=False,
        initial=True,
        help_text=_("The device then asks for your finger, face or PIN."),
    )
