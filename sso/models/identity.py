"""Who is who at a provider, and the assertions that were taken."""

from django.db import models
from django.utils import timezone

from accounts.models import Membership, Organization
from sso.models.connection import SsoConnection


class SsoIdentity(models.Model):
    """A person at a provider (`subject`, its own key) and the membership that they are here."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    connection = models.ForeignKey(
        SsoConnection, on_delete=models.CASCADE, related_name="identities"
    )
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="sso_identities"
    )
    subject = models.CharField(max_length=255)
    linked_at = models.DateTimeField(default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "connection", "subject"],
                name="one_sso_identity_per_connection_and_subject",
            ),
            models.UniqueConstraint(
                fields=["organization", "connection", "membership"],
                name="one_sso_identity_per_connection_and_membership",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class SamlArrival(models.Model):
    """One SAML assertion that was good. Unique, so that it is good once.

    It comes by a POST from another site, which carries no session: what it says waits here for the
    browser to ask with its ticket, and is emptied then.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    connection = models.ForeignKey(SsoConnection, on_delete=models.CASCADE, related_name="+")
    assertion_id = models.CharField(max_length=255)
    in_response_to = models.CharField(max_length=255, blank=True)
    ticket_hash = models.CharField(max_length=64)
    said = models.JSONField(default=dict)
    arrived_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "connection", "assertion_id"],
                name="a_saml_assertion_is_taken_once",
            )
        ]

    def __str__(self) -> str:
        return self.assertion_id
