"""Counts over everybody that pages of very large organizations do not wait for.

A selector hands its statement to `counted`. Of most organizations it runs at once. Of those with
more than LIVE_PEOPLE people a job ran it some hours ago (`seats.services.page_figures`), and its
result is taken. What is kept is what the database counted, before names and the organization's
privacy are applied: both are always those of now.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

import msgspec

from accounts.tenancy import is_narrowed
from seats.models import CountedFigures

_keep: ContextVar[Callable[[str, str], None] | None] = ContextVar("keep_counts", default=None)


def counted[T](
    what: str, count: Callable[[], T], kind: type[T], *, organization_id: int, until: str = ""
) -> T:
    """Return what `count` returns, of type `kind`; counted ahead where the organization is large.

    With `until`, the end of a period that begins as `what` says, the latest count up to it is
    taken: that of yesterday until there is one of today.
    """
    name = f"{what} {until}".rstrip()
    keep = _keep.get()
    if keep is not None:
        result = count()
        keep(name, msgspec.json.encode(result).decode())
        return result
    if is_narrowed():  # what is kept counts everybody
        return count()
    kept = CountedFigures.objects.filter(
        organization_id=organization_id, what__gte=what, what__lte=name
    ).order_by("-what")
    figures = kept.values_list("figures", flat=True).first()
    return count() if figures is None else msgspec.json.decode(figures, type=kind)


@contextmanager
def counting_anew(keep: Callable[[str, str], None]) -> Iterator[None]:
    """Inside the block everything is counted at once, and `keep` hears its name and its JSON."""
    token = _keep.set(keep)
    try:
        yield
    finally:
        _keep.reset(token)


def counted_at(organization_id: int) -> datetime | None:
    """Return when the oldest of an organization's counts was made; None where pages count."""
    if is_narrowed():
        return None
    kept = CountedFigures.objects.filter(organization_id=organization_id)
    return kept.order_by("counted_at").values_list("counted_at", flat=True).first()
