"""The organization: a customer of the vendor, and the tenant of every row below it."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Organization(models.Model):
    """A customer that buys seats.

    `external_id` is the vendor's own key of the customer: events and entitlement checks name it.
    Row-level security shows a row to its own members, to the account manager and to staff.
    """

    class Segment(models.TextChoices):
        SELF_SERVICE = "self_service", _("self-service")
        MID_MARKET = "mid_market", _("mid-market")
        ENTERPRISE = "enterprise", _("enterprise")

    class UsageVisibility(models.TextChoices):
        """Whose usage is shown: each person's, or only sums of groups (`seats.domain.privacy`)."""

        PEOPLE = "people", _("each person's")
        TOTALS = "totals", _("totals only")

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    external_id = models.CharField(
        _("external id"),
        max_length=200,
        unique=True,
        validators=[
            RegexValidator(r"^[\x21-\x7e]+$", _("Use printable characters without spaces."))
        ],
    )
    segment = models.CharField(
        _("segment"), max_length=20, choices=Segment, default=Segment.SELF_SERVICE
    )
    industry = models.CharField(_("industry"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    language = models.CharField(
        _("language"), max_length=8, default="en", choices=settings.LANGUAGES
    )
    account_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="portfolio",
        verbose_name=_("account manager"),
    )
    usage_visibility = models.CharField(
        _("usage that is shown"),
        max_length=10,
        choices=UsageVisibility,
        default=UsageVisibility.PEOPLE,
    )
    # Kept by the app `sso`, and here because every page of the organization asks for it.
    sso_enforced = models.BooleanField(_("single sign-on is required"), default=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
