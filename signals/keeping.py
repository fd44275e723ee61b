"""How long what signals keep is kept."""

from typing import Final

from django.utils.translation import gettext_lazy

from accounts.retention import Keeping
from signals.services import housekeeping

KEEPINGS: Final = (
    Keeping(
        name="evaluations",
        what=gettext_lazy("Evaluations of rules"),
        why=gettext_lazy("The quality of a rule is measured over a year."),
        kept_for=housekeeping.EVALUATIONS_KEPT_FOR,
        forget=housekeeping.forget_evaluations,
    ),
    Keeping(
        name="notifications",
        what=gettext_lazy("Notifications and their mails, after they went out"),
        why=gettext_lazy("A change is told once a year at most, and can be looked up."),
        kept_for=housekeeping.NOTICES_KEPT_FOR,
        forget=housekeeping.forget_notices,
    ),
)
