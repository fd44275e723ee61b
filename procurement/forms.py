"""Forms of requests, rules and stand-ins."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from billing.views.amount_field import AmountField
from procurement.domain.rules import MOST_BANDS, MOST_WINDOW_DAYS, Band, Rules, Step

STEPS_SHOWN = 3
_ROLES = ("approver", "billing", "admin", "owner")


class RequestForm(forms.Form):
    """What somebody says who asks for an approval."""

    reason = forms.CharField(
        label=gettext_lazy("What is it for?"),
        help_text=gettext_lazy("The approvers decide by it."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    cost_centre = forms.CharField(label=gettext_lazy("Cost centre"), max_length=60, required=False)
    po_number = forms.CharField(
        label=gettext_lazy("Purchase order number"), max_length=30, required=False
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("PDF, PNG, JPEG, DOCX, XLSX, CSV or TXT, 5 MB at most."),
    )


class DelegationForm(forms.Form):
    """Who stands in, from which day until which, both included."""

    to_member = forms.ChoiceField(label=gettext_lazy("Who decides for you"))
    from_on = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"})
    )
    until_on = forms.DateField(
        label=gettext_lazy("Up to and including"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, members: list[Membership], own_id: int, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["to_member"] = forms.ChoiceField(
            label=_("Who decides for you"),
            choices=[
                (str(member.pk), member.display_name) for member in members if member.pk != own_id
            ],
        )


class RulesForm(forms.Form):
    """The rules of an organization: threshold, bands of up to three steps, what may move."""

    is_enabled = forms.BooleanField(
        label=gettext_lazy("Purchases above the threshold need an approval"), required=False
    )
    window_days = forms.IntegerField(
        label=gettext_lazy("Small purchases add up over so many days"),
        help_text=gettext_lazy("So that a large purchase in small pieces is noticed. 0: never."),
        min_value=0,
        max_value=MOST_WINDOW_DAYS,
    )
    tolerance = forms.DecimalField(
        label=gettext_lazy("Allowed rise of the recurring price since the approval, in %"),
        help_text=gettext_lazy("What is charged at once may only fall."),
        min_value=0,
        max_value=20,
        decimal_places=2,
    )
    valid_from = forms.DateField(
        label=gettext_lazy("Valid from"),
        help_text=gettext_lazy("Empty: at once."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    note = forms.CharField(
        label=gettext_lazy("Why the rules change"), max_length=500, required=False
    )

    def __init__(
        self,
        *args: Any,
        currency: str,
        members: list[Membership],
        rules: Rules | None,
        **given: Any,
    ) -> None:
        self.currency = currency
        given["initial"] = _initial(rules)
        super().__init__(*args, **given)
        self.fields["bypass"] = AmountField(
            currency,
            label=_("Without approval up to, in %(currency)s") % {"currency": currency},
            help_text=_(
                "What counts is the larger of what is added to a year and what is charged at once, "
                "before tax."
            ),
        )
        self.fields["bypass"].required = True
        roles = dict(Membership.Role.choices)
        choices = [
            ("", "–"),
            *((f"role:{r}", capfirst(_("any %(role)s") % {"role": roles[r]})) for r in _ROLES),
            *((f"person:{member.pk}", member.display_name) for member in members),
        ]
        self.bands_shown = min(MOST_BANDS, (len(rules.bands) if rules else 1) + 1)
        for band in range(MOST_BANDS):
            self.fields[f"from_{band}"] = AmountField(
                currency, label=_("From, in %(currency)s") % {"currency": currency}
            )
            for step in range(STEPS_SHOWN):
                self.fields[f"step_{band}_{step}"] = forms.ChoiceField(
                    label=_("Step %(step)s") % {"step": step + 1}, choices=choices, required=False
                )

    def band_rows(self) -> list[tuple[int, Any, list[Any]]]:
        """Return each band that is shown: its number, the field of its amount, its steps."""
        return [
            (
                band + 1,
                self[f"from_{band}"],
                [self[f"step_{band}_{step}"] for step in range(STEPS_SHOWN)],
            )
            for band in range(self.bands_shown)
        ]

    def rules(self) -> Rules:
        """Return what was entered; the first band begins at nothing when it says nothing."""
        given = self.cleaned_data
        bands = []
        for band in range(MOST_BANDS):
            steps = tuple(
                _step(given[f"step_{band}_{step}"])
                for step in range(STEPS_SHOWN)
                if given[f"step_{band}_{step}"]
            )
            from_minor = given[f"from_{band}"]
            if from_minor is None and not steps:
                continue
            bands.append(Band(from_minor or 0, steps))
        return Rules(
            currency=self.currency,
            bypass_minor=given["bypass"],
            bands=tuple(bands),
            window_days=given["window_days"],
            tolerance_basis_points=int(given["tolerance"] * 100),
            is_enabled=given["is_enabled"],
        )

    def valid_from_in(self, zone: ZoneInfo) -> datetime | None:
        """Return when the day that was entered begins in the organization's time zone."""
        day = self.cleaned_data["valid_from"]
        return None if day is None else datetime(day.year, day.month, day.day, tzinfo=zone)


def _step(value: str) -> Step:
    kind, _colon, name = value.partition(":")
    return Step(roles=(name,)) if kind == "role" else Step(people=(int(name),))


def _initial(rules: Rules | None) -> dict[str, Any]:
    if rules is None:
        return {
            "is_enabled": True,
            "window_days": 30,
            "tolerance": 0,
            "bypass": 0,
            "from_0": 0,
            "step_0_0": "role:approver",
        }
    shown: dict[str, Any] = {
        "is_enabled": rules.is_enabled,
        "window_days": rules.window_days,
        "tolerance": f"{rules.tolerance_basis_points / 100:g}",
        "bypass": rules.bypass_minor,
    }
    for number, band in enumerate(rules.bands):
        shown[f"from_{number}"] = band.from_minor
        for at, step in enumerate(band.steps[:STEPS_SHOWN]):
            named = [f"role:{role}" for role in step.roles]
            named += [f"person:{person}" for person in step.people]
            shown[f"step_{number}_{at}"] = named[0] if named else ""
    return shown
