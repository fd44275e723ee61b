"""The true-ups of all organizations, as finance works through them.

Runs inside the staff's scope; what may be seen is the database's to say.
"""

from dataclasses import dataclass
from typing import Final

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When

from trueups.domain import states
from trueups.models import TrueUp

_State = states.State
# What waits for finance comes first, what is over last.
_ORDER: Final = (
    _State.STOPPED,
    _State.WITH_FINANCE,
    _State.SIGNED,
    _State.SETTLING,
    _State.RETURNED,
    _State.IN_REVIEW,
    _State.NOTICED,
    _State.SCHEDULED,
    _State.SETTLED,
    _State.VOID,
)
WAITING: Final = "waiting"
"""The filter of what finance has to do something about."""
_WAITING: Final = (_State.STOPPED.value, _State.WITH_FINANCE.value, _State.SIGNED.value)
SORTS: Final = {
    "": ("rank", "review_until", "-quarter", "organization__name"),
    "amount": ("-total_minor", "organization__name"),
    "deadline": ("review_until", "organization__name"),
}


def true_ups(
    *, state: str = "", quarter: str = "", search: str = "", sort: str = ""
) -> QuerySet[TrueUp]:
    """Return the true-ups of a filter; what waits for finance first unless `sort` says else."""
    found = _narrowed(quarter, search)
    if state == WAITING:
        found = found.filter(state__in=_WAITING)
    elif state in _State:
        found = found.filter(state=state)
    rank = Case(
        *(When(state=each.value, then=Value(place)) for place, each in enumerate(_ORDER)),
        output_field=IntegerField(),
    )
    return (
        found.annotate(rank=rank)
        .select_related("organization")
        .order_by(*SORTS.get(sort, SORTS[""]), "pk")
    )


def _narrowed(quarter: str, search: str) -> QuerySet[TrueUp]:
    found = TrueUp.objects.all()
    if quarter:
        found = found.filter(reference=quarter)
    for word in search.split():
        found = found.filter(Q(organization__name__icontains=word) | Q(reference__icontains=word))
    return found


def state_counts(*, quarter: str = "", search: str = "") -> dict[str, int]:
    """Return how many true-ups each state holds, and how many wait for finance."""
    rows = _narrowed(quarter, search).order_by().values_list("state").annotate(n=Count("pk"))
    counts = dict(rows)
    return counts | {WAITING: sum(counts.get(state, 0) for state in _WAITING)}


def quarters() -> list[str]:
    """Return the references that exist, the latest first."""
    found = TrueUp.objects.order_by().values_list("reference", flat=True).distinct()
    return sorted(found, reverse=True)


def latest_counted_quarter() -> str:
    """Return the latest quarter that is counted anywhere; empty before there is one."""
    found = TrueUp.objects.filter(snapshot_at__isnull=False).order_by()
    return max(found.values_list("reference", flat=True).distinct(), default="")


@dataclass(frozen=True, slots=True)
class CurrencyTotal:
    """The sums of a filter in one currency, in minor units; only what is counted."""

    currency: str
    number: int
    overage_minor: int
    removal_minor: int
    total_minor: int


def totals(found: QuerySet[TrueUp]) -> list[CurrencyTotal]:
    """Return the sums of counted true-ups by currency; called off ones are left out."""
    rows = (
        found.filter(snapshot_at__isnull=False)
        .exclude(state=_State.VOID.value)
        .order_by()
        .values("currency")
        .annotate(
            number=Count("pk"),
            overage=Sum("overage_minor"),
            removal=Sum("removal_minor"),
            total=Sum("total_minor"),
        )
        .order_by("currency")
    )
    return [
        CurrencyTotal(r["currency"], r["number"], r["overage"], r["removal"], r["total"])
        for r in rows
    ]
