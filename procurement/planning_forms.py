"""Forms of planning: an expansion, how an organization buys, papers, the vendor's answers."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.domain.calendar import LONGEST_LEAD, SHORTEST_LEAD, USUAL_LEAD
from procurement.models import Paper, VendorAnswer, VendorContact
from procurement.services.profile import FreezeDetails, ProfileDetails

FREEZES = 4


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """Return a field for a day, with the browser's own calendar."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
    )


class PlanForm(forms.Form):
    """A planned expansion."""

    seats = forms.IntegerField(label=gettext_lazy("More seats"), min_value=1, max_value=1_000_000)
    wanted_on = day_field(gettext_lazy("Wanted by"))
    reason = forms.CharField(
        label=gettext_lazy("What for"),
        max_length=300,
        help_text=gettext_lazy("Such as: the new team in Lyon."),
    )


class ProfileForm(forms.Form):
    """How an organization buys; up to four freezes."""

    fiscal_start_month = forms.TypedChoiceField(
        label=gettext_lazy("The fiscal year starts in"), coerce=int
    )
    lead_days = forms.IntegerField(
        label=gettext_lazy("Lead time in days"),
        min_value=SHORTEST_LEAD,
        max_value=LONGEST_LEAD,
        initial=USUAL_LEAD,
        help_text=gettext_lazy(
            "From asking to the signed order. Large organizations take 60 to 90 days."
        ),
    )
    budget_months = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Budget is asked in"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Choose none when budget may be asked at any time."),
    )
    contact_name = forms.CharField(
        label=gettext_lazy("Procurement contact"), max_length=200, required=False
    )
    contact_email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    contact_phone = forms.CharField(label=gettext_lazy("Phone"), max_length=60, required=False)
    cost_centres = forms.CharField(
        label=gettext_lazy("Cost centres"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One on each line. Requests and order forms offer them."),
    )
    papers = forms.MultipleChoiceField(
        label=gettext_lazy("Documents you need"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=Paper.choices,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = [(number, str(name)) for number, name in MONTHS.items()]
        for name in ("fiscal_start_month", "budget_months"):
            self.fields[name].choices = months  # type: ignore[attr-defined]
        for index in range(FREEZES):
            self.fields[f"freeze_name_{index}"] = forms.CharField(
                label=_("Name"), max_length=80, required=False
            )
            self.fields[f"freeze_first_{index}"] = day_field(_("First day"), required=False)
            self.fields[f"freeze_last_{index}"] = day_field(_("Last day"), required=False)
            self.fields[f"freeze_every_year_{index}"] = forms.BooleanField(
                label=_("every year"), required=False
            )

    def freeze_rows(self) -> list[dict[str, Any]]:
        """Return the fields of each freeze."""
        parts = ("name", "first", "last", "every_year")
        return [{part: self[f"freeze_{part}_{i}"] for part in parts} for i in range(FREEZES)]

    def clean_cost_centres(self) -> list[str]:
        """Return one cost centre for each line."""
        lines = [line.strip() for line in self.cleaned_data["cost_centres"].splitlines()]
        found = list(dict.fromkeys(line for line in lines if line))
        if any(len(line) > 60 for line in found):
            raise forms.ValidationError(_("A cost centre has 60 characters at most."))
        return found

    def clean(self) -> dict[str, Any]:
        """A freeze has its name and both its days, in order."""
        cleaned = super().clean() or self.cleaned_data
        for index in range(FREEZES):
            name, first, last = (
                cleaned.get(f"freeze_{part}_{index}") for part in ("name", "first", "last")
            )
            if not (name or first or last):
                continue
            if not name:
                self.add_error(f"freeze_name_{index}", _("Say what this time is."))
            if not first or not last:
                part = "last" if first else "first"
                self.add_error(f"freeze_{part}_{index}", _("Enter the first and the last day."))
            elif last < first:
                self.add_error(f"freeze_last_{index}", _("The last day is before the first."))
            elif cleaned.get(f"freeze_every_year_{index}") and last - first >= timedelta(days=364):
                self.add_error(
                    f"freeze_last_{index}", _("A time of every year is shorter than a year.")
                )
        return cleaned

    def details(self) -> ProfileDetails:
        """Return what was filled in."""
        data = self.cleaned_data
        freezes = tuple(
            FreezeDetails(
                data[f"freeze_name_{i}"],
                data[f"freeze_first_{i}"],
                data[f"freeze_last_{i}"],
                data[f"freeze_every_year_{i}"],
            )
            for i in range(FREEZES)
            if data[f"freeze_name_{i}"]
        )
        return ProfileDetails(
            data["fiscal_start_month"],
            tuple(sorted(data["budget_months"])),
            data["lead_days"],
            data["contact_name"],
            data["contact_email"],
            data["contact_phone"],
            tuple(data["cost_centres"]),
            tuple(data["papers"]),
            tuple(sorted(freezes, key=lambda freeze: (freeze.first_on, freeze.last_on))),
        )


def profile_initial(details: ProfileDetails) -> dict[str, Any]:
    """Return a profile as the form shows it."""
    initial: dict[str, Any] = {
        "fiscal_start_month": details.fiscal_start_month,
        "lead_days": details.lead_days,
        "budget_months": list(details.budget_months),
        "contact_name": details.contact_name,
        "contact_email": details.contact_email,
        "contact_phone": details.contact_phone,
        "cost_centres": "\n".join(details.cost_centres),
        "papers": list(details.papers),
    }
    for index, freeze in enumerate(details.freezes[:FREEZES]):
        initial |= {
            f"freeze_name_{index}": freeze.name,
            f"freeze_first_{index}": freeze.first_on,
            f"freeze_last_{index}": freeze.last_on,
            f"freeze_every_year_{index}": freeze.every_year,
        }
    return initial


class ProposalForm(ProfileForm):
    """What the account manager proposes, and why."""

    note = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        help_text=gettext_lazy("The customer reads this beside your proposal."),
    )


class PaperForm(forms.Form):
    """The numbers that an order form or an amendment goes by."""

    po_number = forms.CharField(
        label=gettext_lazy("Purchase order number"), max_length=30, required=False
    )
    cost_centre = forms.CharField(label=gettext_lazy("Cost centre"), max_length=60, required=False)


class AnswerForm(forms.ModelForm):  # type: ignore[type-arg]
    """A question that procurement asks, and the vendor's answer."""

    class Meta:
        model = VendorAnswer
        fields = [
            "topic", "position", "question", "answer", "question_de", "answer_de", "question_id",
            "answer_id", "review_by",
        ]  # fmt: skip
        help_texts = {
            "position": gettext_lazy("Smaller numbers come first within a topic."),
            "question_de": gettext_lazy("Without it, German readers get the English text."),
            "question_id": gettext_lazy("Without it, Indonesian readers get the English text."),
            "review_by": gettext_lazy("From the next day on the answer counts as stale."),
        }
        widgets = {
            "answer": forms.Textarea(attrs={"rows": 4}),
            "answer_de": forms.Textarea(attrs={"rows": 4}),
            "answer_id": forms.Textarea(attrs={"rows": 4}),
            "review_by": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    def clean_review_by(self) -> date:
        """Return a day after today: saving is reviewing."""
        day: date = self.cleaned_data["review_by"]
        if day <= self._today:
            raise forms.ValidationError(_("Choose a day that is still to come."))
        return day


class ContactsForm(forms.Form):
    """Whom to ask about what: name, address and phone for each subject."""

    def __init__(self, *args: Any, contacts: list[VendorContact], **kwargs: Any) -> None:
        known = {contact.role: contact for contact in contacts}
        super().__init__(*args, **kwargs)
        for role, label in VendorContact.Role.choices:
            contact = known.get(role)
            for part, kind, words in (
                ("name", forms.CharField, _("Name")),
                ("email", forms.EmailField, _("E-mail")),
                ("phone", forms.CharField, _("Phone")),
            ):
                self.fields[f"{role}_{part}"] = kind(
                    label=f"{label}: {words}",
                    required=False,
                    max_length=60 if part == "phone" else 200,
                    initial=getattr(contact, part, ""),
                )

    def clean(self) -> dict[str, Any]:
        """A contact has a name and an address, or is none."""
        cleaned = super().clean() or self.cleaned_data
        for role in VendorContact.Role.values:
            name, email = cleaned.get(f"{role}_name"), cleaned.get(f"{role}_email")
            if name and not email and f"{role}_email" not in self.errors:
                self.add_error(f"{role}_email", _("Enter the address to write to."))
            if email and not name:
                self.add_error(f"{role}_name", _("Enter who answers there."))
        return cleaned

    def rows(self) -> list[dict[str, Any]]:
        """Return the fields by subject."""
        return [
            {
                "label": label,
                "fields": [self[f"{role}_{part}"] for part in ("name", "email", "phone")],
            }
            for role, label in VendorContact.Role.choices
        ]
