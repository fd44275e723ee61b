"""How long what single sign-on keeps is kept."""

from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy

from accounts.retention import Keeping
from sso.services.arrivals import forget_arrivals

KEEPINGS: Final = (
    Keeping(
        name="sso_arrivals",
        what=gettext_lazy("Assertions of single sign-on, after they ran out"),
        why=gettext_lazy("Until then the same one may not be used twice."),
        kept_for=timedelta(0),
        forget=forget_arrivals,
        every=timedelta(hours=1),
    ),
)
