"""Amounts above which a second person of finance is needed.

Defaults stand in `billing.domain.four_eyes`; a row here replaces them.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ApprovalAmount(models.Model):
    """The most that one person may decide, in minor units of one currency; empty is no limit."""

    currency = models.CharField(_("currency"), max_length=3, primary_key=True)
    credit_minor = models.BigIntegerField(_("a credit"), null=True, blank=True)
    true_up_minor = models.BigIntegerField(_("a true-up"), null=True, blank=True)

    class Meta:
        ordering = ["currency"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(credit_minor__isnull=True) | models.Q(credit_minor__gte=0),
                name="a_credit_of_one_person_is_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(true_up_minor__isnull=True) | models.Q(true_up_minor__gte=0),
                name="a_true_up_of_one_person_is_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.currency
