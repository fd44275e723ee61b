"""API keys: how the vendor's product and tools sign in."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.organization import Organization


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Keys."""

    def of(self, organization_id: int | None) -> "ApiKeyQuerySet":
        """Return the keys of an organization, or the vendor-wide ones."""
        if organization_id is None:
            return self.filter(organization__isnull=True)
        return self.filter(organization_id=organization_id)


class ApiKey(models.Model):
    """A key of one organization, or of the vendor over all organizations.

    Only the SHA-256 of the secret is stored: the secret is 256 random bits, so a slow hash adds
    nothing. `prefix` is public and finds the row.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, null=True, blank=True)
    name = models.CharField(_("name"), max_length=120)
    prefix = models.CharField(_("prefix"), max_length=16, unique=True)
    secret_hash = models.CharField(max_length=64)
    # After a rotation the secret before goes on working until then.
    previous_secret_hash = models.CharField(max_length=64, blank=True)
    previous_secret_until = models.DateTimeField(null=True, blank=True)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    @property
    def is_vendor_wide(self) -> bool:
        """Whether the key speaks for the vendor, over all organizations."""
        return self.organization_id is None
