"""The form that closes a task: outcome, barrier, reason, and until when for "not now"."""

from datetime import timedelta
from typing import Any

from django.forms import CharField, ChoiceField, DateField, DateInput, Form, Textarea
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from signals.domain.closing import ENDS_WITH_BARRIER, OUTCOMES
from signals.domain.tasks import TaskState
from signals.models import BarrierChoice, OutcomeChoice
from signals.services.alerts import NOT_NOW_SLEEPS
from signals.services.task_work import LONGEST_NOT_NOW


class ClosingForm(Form):
    """How a task ends; fields depend on the end."""

    outcome = ChoiceField(label=gettext_lazy("What came of it"))
    barrier = ChoiceField(
        label=gettext_lazy("What stood in the way"),
        help_text=gettext_lazy("Shows which help customers need most."),
    )
    until = DateField(
        label=gettext_lazy("Ask again on"),
        widget=DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "A few words. The rules learn from them, and so does the next reader."
        ),
    )

    def __init__(self, *args: Any, to: TaskState, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"] = ChoiceField(
            label=self.fields["outcome"].label,
            choices=[
                ("", gettext_lazy("Choose")),
                *((o.value, capfirst(str(OutcomeChoice(o.value).label))) for o in OUTCOMES[to]),
            ],
        )
        if to in ENDS_WITH_BARRIER:
            self.fields["barrier"] = ChoiceField(
                label=self.fields["barrier"].label,
                help_text=self.fields["barrier"].help_text,
                choices=[
                    ("", gettext_lazy("Choose")),
                    *((value, capfirst(str(label))) for value, label in BarrierChoice.choices),
                    ("none", gettext_lazy("None of these")),
                ],
            )
        else:
            del self.fields["barrier"]
        if to is TaskState.NOT_NOW:
            today = timezone.localdate()
            self.fields["until"].initial = today + NOT_NOW_SLEEPS
            self.fields["until"].widget.attrs |= {
                "min": str(today + timedelta(days=1)),
                "max": str(today + LONGEST_NOT_NOW),
            }
        else:
            del self.fields["until"]

    def as_values(self) -> dict[str, Any]:
        """Return what `move_task` takes."""
        given = self.cleaned_data
        return {
            "outcome": given["outcome"],
            "reason": given["reason"],
            "barrier": given.get("barrier", ""),
            "until": given.get("until"),
        }
