"""A form field for an amount of money, read and shown in the reader's separators."""

from typing import Any

from django import forms

from billing.views.amounts import Unreadable, amount_as_text, amount_from_text


class AmountField(forms.CharField):
    """An amount of one currency: whole units on the page, minor units in the program.

    `initial` and what `clean` returns are minor units; None where nothing was typed.
    """

    def __init__(self, currency: str, *, required: bool = False, **given: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(required=required, max_length=24, widget=widget, **given)
        self.currency = currency

    def clean(self, value: Any) -> int | None:
        """Return minor units, or None where nothing was given."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return amount_from_text(text, self.currency)
        except Unreadable as unreadable:
            raise forms.ValidationError(str(unreadable)) from unreadable

    def prepare_value(self, value: Any) -> Any:
        """Return stored minor units as text; what was typed stays as it is."""
        return amount_as_text(value, self.currency) if isinstance(value, int) else value
