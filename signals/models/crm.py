"""How tasks are exported to a CRM, and when they were; the vendor's own, not a tenant's."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from signals.domain.crm import DealMapping, Preset, parse_columns


class CrmMapping(models.Model):
    """Which field of a task stands under which heading of the file, and our states as stages.

    `columns` is a list of [heading, field], `stages` maps a state, won or lost to the CRM's name.
    """

    class PresetChoice(models.TextChoices):
        SALESFORCE = Preset.SALESFORCE.value, _("Salesforce opportunities")
        HUBSPOT = Preset.HUBSPOT.value, _("HubSpot deals")
        PIPEDRIVE = Preset.PIPEDRIVE.value, _("Pipedrive deals")

    name = models.CharField(_("name"), max_length=80, unique=True)
    preset = models.CharField(_("made from"), max_length=12, choices=PresetChoice)
    columns = models.JSONField()
    stages = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def mapping(self) -> DealMapping:
        """Return the mapping as the domain's."""
        return DealMapping(parse_columns([(h, f) for h, f in self.columns]), self.stages)


class CrmExport(models.Model):
    """One file that somebody took; the next one of the same person and mapping goes on after it."""

    mapping = models.ForeignKey(CrmMapping, on_delete=models.CASCADE, related_name="exports")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    since = models.DateTimeField(null=True, blank=True)
    tasks = models.PositiveIntegerField()

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.mapping}: {self.tasks}"
