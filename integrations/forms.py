"""Forms of endpoints. They check shape; services decide."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from integrations.event_types import event_types
from integrations.models import Endpoint


class EndpointForm(forms.Form):
    """An endpoint: where, in which format, and what it hears."""

    name = forms.CharField(label=_("Name"), max_length=80)
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("For Slack, the address of an incoming webhook of the channel."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    format = forms.ChoiceField(label=_("Format"), choices=Endpoint.Format.choices)
    event_types = forms.MultipleChoiceField(
        label=_("What it hears"), widget=forms.CheckboxSelectMultiple, required=False
    )
    is_active = forms.BooleanField(label=_("Send messages"), required=False)

    def __init__(self, data: Any = None, *, endpoint: Endpoint | None = None) -> None:
        initial = (
            {}
            if endpoint is None
            else {
                "name": endpoint.name,
                "url": endpoint.url,
                "event_types": endpoint.event_types,
                "is_active": endpoint.is_active,
            }
        )
        super().__init__(data, initial=initial)
        choices = [(name, capfirst(str(each.label))) for name, each in event_types().items()]
        self.fields["event_types"].choices = choices  # type: ignore[attr-defined]
        # An endpoint keeps its format: its receiver is made for it.
        del self.fields["is_active" if endpoint is None else "format"]
