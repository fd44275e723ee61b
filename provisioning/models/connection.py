"""The connection to an organization's directory: how it signs in, what it decides, what it sent."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization


class DirectoryConnection(models.Model):
    """What an organization's directory decides here; one row an organization.

    `seats` says who gets a seat when the directory creates them. `member_id_from` says which of the
    directory's attributes is the id that the vendor's product reports people by, and `region_from`
    which one names a person's region. `last_request_at` is the last answered request.
    """

    class Seats(models.TextChoices):
        NOBODY = "nobody", _("Nobody: seats are given here")
        EVERYBODY = "everybody", _("Everybody whom the directory creates")
        GROUPS = "groups", _("Members of the groups marked below")

    class MemberId(models.TextChoices):
        USER_NAME = "user_name", _("The user name")
        EXTERNAL_ID = "external_id", _("The directory's own id (externalId)")
        EMAIL = "email", _("The email address")

    class RegionFrom(models.TextChoices):
        COUNTRY = "country", _("The country of the work address")
        REGION = "region", _("The region of the work address")
        DIVISION = "division", _("The division")
        NOTHING = "nothing", _("Nothing: regions are set here")

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, primary_key=True)
    seats = models.CharField(
        _("Who gets a seat"), max_length=10, choices=Seats, default=Seats.NOBODY
    )
    member_id_from = models.CharField(
        _("Known to the product by"), max_length=12, choices=MemberId, default=MemberId.USER_NAME
    )
    region_from = models.CharField(
        _("Region comes from"), max_length=10, choices=RegionFrom, default=RegionFrom.COUNTRY
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_request_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(_("the directory connection"))


class DirectoryToken(models.Model):
    """A bearer token of an organization's directory; its secret is shown once.

    Only the SHA-256 of the secret is stored: it is 256 random bits, so a slow hash adds nothing.
    `prefix` is public and finds the row. Two tokens may be valid at once, so that one can be
    replaced without a gap: when a new one is made, the older ones get an end.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    prefix = models.CharField(max_length=16, unique=True)
    secret_hash = models.CharField(max_length=64)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"hrd_{self.prefix}"

    def is_valid(self, now: datetime) -> bool:
        """Tell whether the token opens the door at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class DirectoryRequest(models.Model):
    """A request of the directory and how it was answered; kept for 30 days.

    `code` names the error (`scimType`, or what stopped it here), `about` whom it was about.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    token = models.ForeignKey(DirectoryToken, on_delete=models.SET_NULL, null=True)
    at = models.DateTimeField()
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    about = models.CharField(max_length=200, blank=True)
    status = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["organization", "-at", "-id"], name="directory_requests_by_time"),
            models.Index(
                fields=["organization", "-at"],
                condition=Q(status__gte=400),
                name="directory_requests_refused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.status}"
