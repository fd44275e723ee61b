"""How much of what was purchased is used, in words: the same sentence on every page and mail.

"8 of 10 seats in use" counts every active person, with a seat or without, as the ratio U does
(`seats.domain.utilization`). Who of them has no seat is said beside it, never taken off.
"""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.templatetags.headroom import number, percent
from seats.domain.utilization import Utilization

FORMULA: Final = gettext_lazy(
    "Utilization is the number of active people, divided by the number of purchased seats. Active "
    "is who did something in the foreground in the last 28 days, with a seat or without."
)


def in_use(active: int, purchased: int) -> str:
    """Return "8 of 10 seats in use", without a full stop; above that, how many people are on it."""
    text = (
        ngettext(
            "%(active)s people active on %(purchased)s seat",
            "%(active)s people active on %(purchased)s seats",
            purchased,
        )
        if active > purchased
        else ngettext(
            "%(active)s of %(purchased)s seat in use",
            "%(active)s of %(purchased)s seats in use",
            purchased,
        )
    )
    return text % {"active": number(active), "purchased": number(purchased)}


def without_a_seat(people: int) -> str:
    """Return how many of the active people have no seat, without a full stop."""
    return ngettext(
        "%(n)s active person has no seat", "%(n)s active people have no seat", people
    ) % {"n": number(people)}


def seat_sentences(seats: Utilization, active_unseated: int) -> list[str]:
    """Return how full it is and, where somebody active has no seat, how many such people are."""
    if not seats.purchased:
        return [
            ngettext(
                "No seats bought yet; %(n)s person is active.",
                "No seats bought yet; %(n)s people are active.",
                seats.active,
            )
            % {"n": number(seats.active)}
        ]
    said = [f"{in_use(seats.active, seats.purchased)}."]
    if active_unseated:
        said.append(f"{without_a_seat(active_unseated)}.")
    return said


def utilization_in_words(seats: Utilization) -> str:
    """Return U as "Utilization: 80%."; empty while no seat was purchased."""
    share = seats.utilization
    return "" if share is None else _("Utilization: %(share)s.") % {"share": percent(share)}
