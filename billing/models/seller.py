"""Who sells: the vendor as it stands on invoices, credit notes and quotes."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

ONLY_ONE = 1


class Seller(models.Model):
    """The vendor's own details; one row for all organizations, with the id `ONLY_ONE`.

    The bank details are printed for those who pay by invoice only.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY_ONE, editable=False)
    name = models.CharField(_("name"), max_length=200)
    address_line1 = models.CharField(_("street"), max_length=200, blank=True)
    address_line2 = models.CharField(_("more address"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    vat_id = models.CharField(_("VAT id"), max_length=20, blank=True)
    registration = models.CharField(_("registration"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail address for questions"), blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    bank_name = models.CharField(_("bank"), max_length=120, blank=True)
    iban = models.CharField(_("account number (IBAN)"), max_length=40, blank=True)
    bic = models.CharField(_("bank code (BIC)"), max_length=20, blank=True)
    footer = models.CharField(_("footer"), max_length=500, blank=True)
    changed_at = models.DateTimeField(null=True, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=ONLY_ONE), name="there_is_one_seller"),
        ]

    def __str__(self) -> str:
        return self.name
