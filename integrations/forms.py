"""Forms of endpoints. They check shape; services decide."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundWidget
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from integrations.event_types import event_types
from integrations.models import Delivery, Endpoint


class EndpointForm(forms.Form):
    """An endpoint: where, in which format and language, and what it hears."""

    name = forms.CharField(label=_("Name"), max_length=80)
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("For Slack, the address of an incoming webhook of the channel."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    format = forms.ChoiceField(label=_("Format"), choices=Endpoint.Format.choices)
    language = forms.ChoiceField(label=_("Language of its texts"), choices=settings.LANGUAGES)
    event_types = forms.MultipleChoiceField(
        label=_("What it hears"), widget=forms.CheckboxSelectMultiple, required=False
    )
    has_buttons = forms.BooleanField(
        label=_("The address belongs to our Slack app: buttons work inside Slack"), required=False
    )
    is_active = forms.BooleanField(label=_("Send messages"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        endpoint: Endpoint | None = None,
        organization: Organization | None = None,
    ) -> None:
        language = organization.language if organization else settings.LANGUAGE_CODE
        initial: dict[str, Any] = {"language": language}
        if endpoint is not None:
            names = ("name", "url", "event_types", "is_active", "language", "has_buttons")
            initial = {name: getattr(endpoint, name) for name in names}
        super().__init__(data, initial=initial)
        self._groups = _choices(organization)
        kinds = [kind for _group, kinds in self._groups for kind in kinds]
        self.fields["event_types"].choices = kinds  # type: ignore[attr-defined]
        # An endpoint keeps its format: its receiver is made for it.
        del self.fields["is_active" if endpoint is None else "format"]
        is_slack = endpoint is None or endpoint.format == Endpoint.Format.SLACK
        if organization is not None or not settings.SLACK_SIGNING_SECRET or not is_slack:
            del self.fields["has_buttons"]

    @property
    def event_groups(self) -> list[tuple[str, list[BoundWidget]]]:
        """The boxes of events, by what they are about."""
        names = [(group, [name for name, _label in kinds]) for group, kinds in self._groups]
        boxes = {str(box.data["value"]): box for box in self["event_types"].subwidgets}
        return [(group, [boxes[name] for name in kinds]) for group, kinds in names]


def _choices(organization: Organization | None) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, each in event_types(of_vendor=organization is None).items():
        groups.setdefault(str(each.group), []).append((name, capfirst(str(each.label))))
    return list(groups.items())


class LogForm(forms.Form):
    """Which deliveries of an endpoint are shown, or sent again. Unfit values count for nothing."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=80,
        widget=forms.SearchInput(attrs={"placeholder": _("Organization or id")}),
    )
    state = forms.ChoiceField(label=_("State"), required=False)
    type = forms.ChoiceField(label=_("Event"), required=False)
    since = forms.DateField(
        label=_("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: Any, *, endpoint: Endpoint) -> None:
        super().__init__(data, auto_id="log_%s")
        offered = event_types(of_vendor=endpoint.organization_id is None)
        kinds = [
            (name, capfirst(str(offered[name].label)))
            for name in endpoint.event_types
            if name in offered
        ]
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            ("", _("Every state")),
            *((value, capfirst(label)) for value, label in Delivery.State.choices),
        ]
        self.fields["type"].choices = [("", _("Every event")), *kinds]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """Return what to look for; `since` and `until` as moments of the reader's days."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        zone = timezone.get_current_timezone()
        if "since" in found:
            found["since"] = datetime.combine(found["since"], time.min, zone)
        if "until" in found:
            found["until"] = datetime.combine(found["until"], time.min, zone) + timedelta(days=1)
        return found
