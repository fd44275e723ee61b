"""The vendor's tax rates by the buyer's country; the same for every organization."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.domain.tax import Rate


class TaxRule(models.Model):
    """What is charged to buyers of one country, under the name that invoices show."""

    country = models.CharField(_("country"), max_length=2, unique=True)
    basis_points = models.PositiveIntegerField(_("rate"))
    name = models.CharField(_("name on invoices"), max_length=40)
    changed_at = models.DateTimeField(editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        ordering = ["country"]
        constraints = [
            models.CheckConstraint(
                condition=Q(basis_points__lte=10_000), name="a_tax_rate_is_at_most_all"
            ),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"), name="a_tax_rule_names_a_country"
            ),
        ]

    def __str__(self) -> str:
        return self.country

    @property
    def rate(self) -> Rate:
        """The rate as the domain computes with it."""
        return Rate(self.basis_points, self.name)

    @property
    def rate_percent(self) -> float:
        """The rate as people write it: 19.0 for 1,900 basis points."""
        return self.basis_points / 100
