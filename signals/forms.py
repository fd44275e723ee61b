"""Forms of signals. They check shape; services decide."""

from typing import Any, Final

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from signals.domain.notices import Channel
from signals.models import ChannelChoice, NoticeTiming
from signals.selectors.notice_choices import channels_of, kinds_of

_HOURS: Final = [(str(hour), f"{hour:02d}:00") for hour in range(24)]


class PeopleOfAccountForm(forms.Form):
    """Who works with an account, a line each."""

    people = forms.CharField(
        label=_("Who works with this account"),
        help_text=_("A line for each person, such as Ben Berg, ben@example.com"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
    )


class NoticeForm(forms.Form):
    """How each kind of message comes to somebody, and when."""

    digest_hour = forms.TypedChoiceField(label=_("Send the digest at"), choices=_HOURS, coerce=int)
    digest_days = forms.TypedMultipleChoiceField(
        label=_("On these days"),
        choices=[(str(day), name) for day, name in WEEKDAYS.items()],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    quiet_from = forms.TypedChoiceField(
        label=_("No mail from"),
        choices=[("", _("no quiet hours")), *_HOURS],
        coerce=int,
        empty_value=None,
        required=False,
    )
    quiet_until = forms.TypedChoiceField(
        label=_("until"),
        choices=[("", _("no quiet hours")), *_HOURS],
        coerce=int,
        empty_value=None,
        required=False,
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        stored = NoticeTiming.objects.filter(user=user).first() or NoticeTiming(user=user)
        channels = channels_of(user)
        initial = {
            "digest_hour": str(stored.digest_hour),
            "digest_days": [str(day) for day in stored.digest_days],
            "quiet_from": "" if stored.quiet_from is None else str(stored.quiet_from),
            "quiet_until": "" if stored.quiet_until is None else str(stored.quiet_until),
        } | {f"kind_{kind}": channel.value for kind, channel in channels.items()}
        super().__init__(data, initial=initial)
        self.kind_fields: list[str] = []
        for kind in kinds_of(user):
            name = f"kind_{kind.value}"
            self.fields[name] = forms.ChoiceField(
                label=capfirst(str(kind.label)), choices=ChannelChoice.choices
            )
            self.kind_fields.append(name)

    def clean(self) -> dict[str, Any]:
        """Quiet hours need both ends."""
        cleaned = super().clean() or {}
        if (cleaned.get("quiet_from") is None) != (cleaned.get("quiet_until") is None):
            missing = "quiet_from" if cleaned.get("quiet_from") is None else "quiet_until"
            self.add_error(missing, _("Choose both hours, or neither."))
        return cleaned

    def choices(self) -> dict[str, Any]:
        """Return what the service takes."""
        values = dict(self.cleaned_data)
        channels = {
            name.removeprefix("kind_"): Channel(values.pop(name)) for name in self.kind_fields
        }
        return values | {"channels": channels}


class DeletePersonDataForm(forms.Form):
    """Asks for a person's address, or their name where there is none, before what hurts."""

    typed = forms.CharField(max_length=320, strip=True)

    def __init__(self, data: Any = None, *, wanted: str) -> None:
        super().__init__(data)
        self._wanted = wanted
        self.fields["typed"].label = _("Type %(wanted)s to delete it") % {"wanted": wanted}
        self.fields["typed"].widget.attrs["autocomplete"] = "off"

    def clean_typed(self) -> str:
        """Refuse anything else, whatever its case."""
        typed = str(self.cleaned_data["typed"])
        if typed.casefold() != self._wanted.strip().casefold():
            raise forms.ValidationError(
                _("This is not %(wanted)s. Nothing was deleted.") % {"wanted": self._wanted}
            )
        return typed
