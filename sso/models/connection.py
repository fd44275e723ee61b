"""Connections to the identity providers of organizations."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organization
from sso.domain.claims import ClaimNames


class SsoConnection(models.Model):
    """One provider of one organization. `key` names it in addresses, before anybody signed in.

    draft -> tested (an admin signed in through it) -> on; one of an organization is on at most.
    `client_secret` is sealed (`accounts.sealing`). `provider` is what the OpenID provider said of
    itself at its discovery address. `certificates` are PEM, one after the other: while a provider
    changes its certificate there are two. What a SAML provider encrypts for us is opened with
    `our_key`, whose certificate our metadata names, or with the one before it (both sealed, PEM).
    """

    class Protocol(models.TextChoices):
        OIDC = "oidc", _("OpenID Connect")
        SAML = "saml", _("SAML 2.0")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    key = models.CharField(max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=80)
    protocol = models.CharField(_("protocol"), max_length=4, choices=Protocol)
    # OpenID Connect
    issuer = models.CharField(_("issuer"), max_length=500, blank=True)
    client_id = models.CharField(_("client id"), max_length=200, blank=True)
    client_secret = models.TextField(blank=True)
    provider = models.JSONField(default=dict)
    # SAML
    metadata_url = models.CharField(_("address of the metadata"), max_length=500, blank=True)
    entity_id = models.CharField(_("entity id"), max_length=500, blank=True)
    sso_url = models.CharField(_("sign-in address"), max_length=500, blank=True)
    certificates = models.TextField(_("certificates"), blank=True)
    allows_idp_initiated = models.BooleanField(default=False)
    our_key = models.TextField(blank=True)
    our_certificate = models.TextField(blank=True)
    our_old_key = models.TextField(blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    # who comes in
    creates_members = models.BooleanField(default=True)
    assigns_seat = models.BooleanField(default=False)
    default_role = models.CharField(
        max_length=20, choices=Membership.Role, default=Membership.Role.MEMBER
    )
    claim_email = models.CharField(max_length=120, blank=True)
    claim_name = models.CharField(max_length=120, blank=True)
    claim_department = models.CharField(max_length=120, blank=True)
    claim_title = models.CharField(max_length=120, blank=True)
    # state
    is_on = models.BooleanField(default=False)
    tested_at = models.DateTimeField(null=True, blank=True)
    tested_claims = models.JSONField(default=dict)
    warned_of_expiry_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-is_on", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(is_on=True),
                name="one_sso_connection_per_organization_is_on",
            ),
            models.CheckConstraint(
                condition=Q(is_on=False) | Q(tested_at__isnull=False),
                name="an_sso_connection_is_tested_before_it_is_on",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def claim_names(self) -> ClaimNames:
        """Which claims say who somebody is."""
        return ClaimNames(
            email=self.claim_email,
            name=self.claim_name,
            department=self.claim_department,
            title=self.claim_title,
        )
