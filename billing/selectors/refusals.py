"""What the pure rules of billing refuse, as sentences for people."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.domain.ledger import DecreaseBelowAssigned, DecreaseBelowMinimum, DecreaseNotPossible
from billing.domain.price_table import AboveMaximum, BelowMinimum, NotInSteps, QuantityNotAllowed
from billing.domain.quoting import NotAnIncrease

type Refusal = NotAnIncrease | QuantityNotAllowed | DecreaseNotPossible


def refusal_sentence(refusal: Refusal) -> str:
    """Return why a number of seats is refused and which would do, in the reader's language."""
    match refusal:
        case BelowMinimum():
            return _("This plan starts at %(minimum)s seats.") % {"minimum": refusal.minimum}
        case AboveMaximum():
            return _(
                "This plan ends at %(maximum)s seats. Your account manager can offer more."
            ) % {"maximum": refusal.maximum}
        case NotInSteps(below=None) | NotInSteps(above=None):
            return _("Seats come in steps of %(step)s.") % {"step": refusal.step}
        case NotInSteps():
            return _("Seats come in steps of %(step)s: choose %(below)s or %(above)s.") % {
                "step": refusal.step,
                "below": refusal.below,
                "above": refusal.above,
            }
        case NotAnIncrease():
            return _("Choose more than the %(seats)s seats you have.") % {
                "seats": refusal.quantity_from
            }
        case DecreaseBelowMinimum():
            return _("This plan keeps at least %(minimum)s seats.") % {"minimum": refusal.floor}
        case DecreaseBelowAssigned():
            return ngettext(
                "%(assigned)s seat is assigned. Release some before keeping fewer.",
                "%(assigned)s seats are assigned. Release some before keeping fewer.",
                refusal.floor,
            ) % {"assigned": refusal.floor}
    return _("This number of seats is not on sale. Choose another one.")
