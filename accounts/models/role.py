"""Roles that an organization names for itself."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.domain.roles import Permission, known_permissions
from accounts.models.organization import Organization


class CustomRole(models.Model):
    """A named set of permissions, from those of an admin (`accounts.domain.roles`).

    Who holds one is a `member` by `Membership.role`, so that whatever asks for a built-in role
    takes them for the least.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    name = models.CharField(_("name"), max_length=60)
    permissions = ArrayField(models.CharField(max_length=60), default=list)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "organization", Lower("name"), name="one_custom_role_per_organization_and_name"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def held(self) -> frozenset[Permission]:
        """What the role includes; a member's permissions always are."""
        return known_permissions(self.permissions)
