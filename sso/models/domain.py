"""Domains that an organization says are its own, and has proven."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from sso.domain.domains import Standing, record_value, standing


class VerifiedDomain(models.Model):
    """A domain with the token of its TXT record; proven by one organization at most.

    Row security does not hide other tenants' rows from the unique constraint: that is what makes a
    domain one organization's. Nobody can block a name, because only the proven ones count.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    name = models.CharField(_("domain"), max_length=253)
    token = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    proven_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="one_domain_per_organization_and_name"
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(proven_at__isnull=False),
                name="a_domain_is_proven_by_one_organization",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def record(self) -> str:
        """What the TXT record has to say."""
        return record_value(self.token)

    @property
    def standing(self) -> Standing:
        """How the domain stands."""
        return standing(proven_at=self.proven_at, failing_since=self.failing_since)
