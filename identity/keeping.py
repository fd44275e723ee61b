"""How long what identity keeps is kept."""

from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy

from accounts.retention import Keeping
from identity.services import retention

KEEPINGS: Final = (
    Keeping(
        name="sessions",
        what=gettext_lazy("Sessions, after they ran out"),
        why=gettext_lazy("Nobody can use them any more."),
        kept_for=retention.SESSIONS_KEPT_FOR,
        forget=retention.forget_sessions,
        every=timedelta(hours=1),
    ),
    Keeping(
        name="known_browsers",
        what=gettext_lazy("Known browsers, after they were last used"),
        why=gettext_lazy("A sign-in from an unknown browser is told of by mail."),
        kept_for=retention.BROWSERS_KEPT_FOR,
        forget=retention.forget_browsers,
    ),
)
