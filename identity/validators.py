"""The length of a password that an organization asks for."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext

from accounts.models import User
from identity.selectors.rules import demands_on, rules_of_organization


class OrganizationLengthValidator:
    """A password is as long as the strictest organization of the person asks.

    Whoever joins has no account yet: then the organization of the tenancy context counts.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for a password that is too short."""
        if user is not None and user.pk is not None:
            least = demands_on(user).password_length
        else:
            least = rules_of_organization().password_length
        if len(password) < least:
            raise ValidationError(
                ngettext(
                    "Your organization asks for at least %(n)d character.",
                    "Your organization asks for at least %(n)d characters.",
                    least,
                )
                % {"n": least},
                code="password_too_short",
            )

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return gettext("Your organization may ask for a longer one.")
