"""What an organization asks of the sign-in of its people."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from identity.domain.rules import LONGEST_MINIMUM, SHORTEST_PASSWORD, SignInRules, rules_from


class IdentityRules(models.Model):
    """The rules of one organization; without a row the defaults of `SignInRules` hold.

    Its own members read them before they enter the organization: whoever opens a page is held to
    the rules of all organizations that they belong to.
    """

    class SecondFactor(models.TextChoices):
        NOBODY = "nobody", _("Nobody")
        ADMINS = "admins", _("Owners and admins")
        EVERYBODY = "everybody", _("Everybody")

    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, related_name="identity_rules"
    )
    second_factor = models.CharField(
        _("second factor"), max_length=10, choices=SecondFactor, default=SecondFactor.NOBODY
    )
    idle_hours = models.PositiveSmallIntegerField(
        _("hours without use"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(720)],
    )
    session_days = models.PositiveSmallIntegerField(
        _("days in all"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    password_length = models.PositiveSmallIntegerField(
        _("characters of a password"),
        default=SHORTEST_PASSWORD,
        validators=[MinValueValidator(SHORTEST_PASSWORD), MaxValueValidator(LONGEST_MINIMUM)],
    )
    buying_minutes = models.PositiveSmallIntegerField(
        _("minutes before buying"),
        default=720,
        validators=[MinValueValidator(5), MaxValueValidator(720)],
    )
    changing_minutes = models.PositiveSmallIntegerField(
        _("minutes before a change of keys and roles"),
        default=15,
        validators=[MinValueValidator(5), MaxValueValidator(15)],
    )
    exporting_minutes = models.PositiveSmallIntegerField(
        _("minutes before an export"),
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(60)],
    )

    class Meta:
        verbose_name = _("sign-in rules")

    def __str__(self) -> str:
        return self.organization.name

    def as_rules(self) -> SignInRules:
        """Return the rules without the row."""
        return rules_from(vars(self))
