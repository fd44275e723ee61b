"""Forms of billing: who sells, and who pays."""

from typing import Any
from unicodedata import normalize

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.templatetags.headroom import reader_locale
from billing.domain.bank import is_iban, tidy_iban
from billing.domain.tax import EU_VAT_IDS, is_vat_id_of, tidy_vat_id
from billing.models import BillingAccount, Seller

# Regions and groupings that Babel lists besides countries.
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def country_choices() -> list[tuple[str, str]]:
    """Return the countries in the reader's language, by name."""
    named = [
        (code, str(name))
        for code, name in reader_locale().territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    ]
    return [("", _("Choose a country")), *sorted(named, key=lambda pair: _without_accents(pair[1]))]


def _without_accents(name: str) -> str:
    """Return what a name sorts by: Österreich stands beside Oman."""
    return normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()


def vat_id_problem(country: str, vat_id: str) -> str:
    """Return why a VAT id cannot be right, and how it would look; empty when it can be."""
    if not vat_id or country not in EU_VAT_IDS or is_vat_id_of(country, vat_id):
        return ""
    example = {
        "AT": "ATU12345678", "BE": "BE0123456789", "DE": "DE123456789", "DK": "DK12345678",
        "ES": "ESX1234567X", "FR": "FRXX123456789", "GR": "EL123456789", "IE": "IE1234567AB",
        "IT": "IT12345678901", "NL": "NL123456789B01", "PL": "PL1234567890",
    }.get(country)  # fmt: skip
    name = str(reader_locale().territories.get(country, country))
    if example:
        return _("A VAT id of %(country)s looks like %(example)s. Please check yours.") % {
            "country": name,
            "example": example,
        }
    return _("This is not the form of a VAT id of %(country)s; it begins with %(prefix)s.") % {
        "country": name,
        "prefix": country,
    }


class _PartyForm(forms.ModelForm):  # type: ignore[type-arg]
    """What seller and buyer have in common: a country to choose, a VAT id of its form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"] = forms.ChoiceField(
            label=_("Country"), choices=country_choices(), required=False
        )

    def clean_vat_id(self) -> str:
        """Return the VAT id without spaces."""
        return tidy_vat_id(self.cleaned_data["vat_id"])

    def clean(self) -> dict[str, Any]:
        """Hold the VAT id against the form that its country gives out."""
        cleaned = super().clean() or self.cleaned_data
        problem = vat_id_problem(cleaned.get("country", ""), cleaned.get("vat_id", ""))
        if problem:
            self.add_error("vat_id", problem)
        return cleaned


class SellerForm(_PartyForm):
    """Who sells, as it stands on every document."""

    class Meta:
        model = Seller
        fields = [
            "name", "address_line1", "address_line2", "postal_code", "city", "country", "vat_id",
            "registration", "email", "website", "bank_name", "iban", "bic", "footer",
        ]  # fmt: skip
        help_texts = {
            "registration": gettext_lazy("Register and court, such as HRB 12345, Berlin."),
            "iban": gettext_lazy("Printed on open invoices that are paid by transfer."),
            "footer": gettext_lazy("A line at the foot of every page."),
        }
        widgets = {"footer": forms.Textarea(attrs={"rows": 2})}

    def clean_iban(self) -> str:
        """Return the account number in groups of four; its check digits have to fit."""
        iban = tidy_iban(self.cleaned_data["iban"])
        if iban and not is_iban(iban):
            raise forms.ValidationError(
                _("A digit of this account number is wrong or missing. Please compare it.")
            )
        return iban


class PayerForm(_PartyForm):
    """Who pays: name, address, VAT id, and where invoices are sent."""

    class Meta:
        model = BillingAccount
        fields = [
            "payer_name", "payer_email", "address_line1", "address_line2", "postal_code", "city",
            "country", "vat_id", "po_number",
        ]  # fmt: skip
        help_texts = {
            "payer_name": gettext_lazy("The name that invoices are made out to."),
            "vat_id": gettext_lazy("Only the form is checked here."),
            "po_number": gettext_lazy("Printed on every invoice until you change it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payer_name"].required = True
        self.fields["payer_email"].required = True
        # Stripe prints at most 140 characters of such a field; an order's number is shorter.
        self.fields["po_number"].max_length = 30  # type: ignore[attr-defined]
