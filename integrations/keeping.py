"""How long what integrations keep is kept."""

from typing import Final

from django.utils.translation import gettext_lazy

from accounts.retention import Keeping
from integrations.services.housekeeping import KEPT_FOR, forget_deliveries

KEEPINGS: Final = (
    Keeping(
        name="deliveries",
        what=gettext_lazy("Messages to other systems and their deliveries, after they were made"),
        why=gettext_lazy("They can be sent again, and their failures looked at."),
        kept_for=KEPT_FOR,
        forget=forget_deliveries,
    ),
)
