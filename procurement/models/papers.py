"""Order forms and contract amendments that were issued: numbered, and what they said."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.models import Purchase, Quote


class IssuedPaper(models.Model):
    """One document as it was issued. Insert-only: a trigger refuses update and delete.

    `content` holds every word of it in each language, so that it says the same later whatever
    happens to prices, addresses and translations; `fingerprint` is the SHA-256 of that.
    """

    class Kind(models.TextChoices):
        ORDER_FORM = "order_form", _("order form")
        AMENDMENT = "amendment", _("contract amendment")

    PREFIXES: ClassVar[dict[str, str]] = {"order_form": "OF", "amendment": "CA"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    number = models.PositiveIntegerField(_("number"))
    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, related_name="+")
    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, null=True, related_name="+")
    quantity_from = models.PositiveIntegerField()
    quantity_to = models.PositiveIntegerField()
    currency = models.CharField(_("currency"), max_length=3)
    total_now_minor = models.BigIntegerField(_("to pay now"))
    next_invoice_minor = models.BigIntegerField(_("next invoice"))
    po_number = models.CharField(_("purchase order number"), max_length=30, blank=True)
    cost_centre = models.CharField(_("cost centre"), max_length=60, blank=True)
    content = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_label = models.CharField(_("by"), max_length=200)
    issued_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "number"],
                name="one_paper_per_organization_kind_and_number",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-issued_at"])]

    def __str__(self) -> str:
        return f"{self.PREFIXES[self.kind]}-{self.number}"
