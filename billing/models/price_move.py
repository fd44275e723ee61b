"""Moving subscribers to another version of their price: an explicit act, one row for each."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from billing.models.catalog import Price
from billing.models.scheduled_change import ScheduledChange
from billing.models.subscription import Subscription


class PriceMigration(models.Model):
    """The decision to move subscribers from one version to another, with what they are told."""

    from_price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="migrations_away")
    to_price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="migrations_here")
    notice = models.CharField(_("what customers are told"), max_length=500, blank=True)
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    started_label = models.CharField(max_length=200, blank=True, editable=False)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_price=models.F("to_price")),
                name="a_price_migration_goes_somewhere",
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_price} → v{self.to_price.version}"


class PriceMove(models.Model):
    """One organization of a migration.

    planned -> scheduled (told, waits for its renewal) -> moved
            -> failed -> planned (tried again)
    planned | scheduled -> withdrawing -> undone
    scheduled -> replaced (the customer planned another price, or the end)

    The amounts are for one interval at the seats of the renewal, as they were told to the customer.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("in line")
        SCHEDULED = "scheduled", _("at the renewal")
        MOVED = "moved", _("moved")
        FAILED = "failed", _("not possible")
        WITHDRAWING = "withdrawing", _("being taken back")
        UNDONE = "undone", _("taken back")
        REPLACED = "replaced", _("replaced by another plan")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    migration = models.ForeignKey(PriceMigration, on_delete=models.PROTECT, related_name="moves")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="+")
    scheduled_change = models.ForeignKey(
        ScheduledChange, on_delete=models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PLANNED)
    seats = models.PositiveIntegerField()
    before_minor = models.BigIntegerField()
    after_minor = models.BigIntegerField()
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    effective_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["organization", "-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "migration"],
                name="one_move_per_organization_and_migration",
            ),
            models.UniqueConstraint(
                fields=["organization", "subscription"],
                condition=Q(state__in=["planned", "scheduled", "failed", "withdrawing"]),
                name="one_open_move_per_subscription",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} v{self.migration.to_price.version}"

    @property
    def difference_minor(self) -> int:
        """What an interval costs more than before; below zero it costs less."""
        return self.after_minor - self.before_minor
