"""How long what billing keeps is kept; invoices and the ledger stay."""

from typing import Final

from django.utils.translation import gettext_lazy

from accounts.retention import Keeping
from billing.services import housekeeping

KEEPINGS: Final = (
    Keeping(
        name="stripe_events",
        what=gettext_lazy("Events of Stripe, after they were processed"),
        why=gettext_lazy("Stripe keeps them for 30 days; a quarter can be looked back on here."),
        kept_for=housekeeping.EVENTS_KEPT_FOR,
        forget=housekeeping.purge_events,
    ),
    Keeping(
        name="reconciliations",
        what=gettext_lazy("Comparisons with Stripe; of each month one stays"),
        why=gettext_lazy("The last ones show since when something differs."),
        kept_for=housekeeping.RUNS_KEPT_FOR,
        forget=housekeeping.thin_runs,
    ),
)
