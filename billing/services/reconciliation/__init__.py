"""Compares what we hold with what Stripe holds, keeps the differences, repairs none by itself.

`comparing` reads both sides and says what is not the same, `keeping` writes one row for as long as
that lasts, `running` does both for everything or for one organization, `repairing` carries out
what a person confirmed, `strangers` does so for objects that belong to no organization.
"""

from billing.services.reconciliation.running import (
    RunUnderWay,
    is_running,
    reconcile,
    request_run,
    resume_unfinished_run,
)

__all__ = ["RunUnderWay", "is_running", "reconcile", "request_run", "resume_unfinished_run"]
