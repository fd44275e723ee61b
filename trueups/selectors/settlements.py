"""How a true-up or a return of a removed person is called where it is settled."""

from billing.models import Settlement
from trueups.models import LockOut, TrueUp

_TRUE_UP, _RETURN = "true-up ", "return "


def reference_of(true_up: TrueUp) -> str:
    """Return the reference under which a true-up is settled; one per organization."""
    return f"{_TRUE_UP}{true_up.reference}"


def reference_of_return(lock_out: LockOut) -> str:
    """Return the reference under which the return of a removed person is settled."""
    return f"{_RETURN}{lock_out.true_up.reference}/{lock_out.pk}"


def quarter_of(reference: str) -> str:
    """Return the quarter that a reference of a settlement names; empty for another."""
    return reference.removeprefix(_TRUE_UP) if reference.startswith(_TRUE_UP) else ""


def lock_out_of(reference: str) -> int | None:
    """Return the lock-out whose return a reference of a settlement names, or None."""
    number = reference.rpartition("/")[2]
    return int(number) if reference.startswith(_RETURN) and number.isdecimal() else None


def settlement_of(true_up: TrueUp) -> Settlement | None:
    """Return the settlement of a true-up, or None before it is reserved."""
    return (
        Settlement.objects.filter(
            organization_id=true_up.organization_id, reference=reference_of(true_up)
        )
        .select_related("invoice")
        .prefetch_related("lines")
        .first()
    )
