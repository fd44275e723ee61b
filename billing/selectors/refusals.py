"""What the pure rules of billing refuse, as sentences for people."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.headroom import longdate
from billing.domain.changes import (
    BelowAssigned,
    ChangeRefused,
    CheaperPlanWaits,
    CommittedUntil,
    FewerSeatsWait,
    NotAnIncrease,
    NothingChanges,
    OtherCurrency,
)
from billing.domain.price_table import AboveMaximum, BelowMinimum, NotInSteps, QuantityNotAllowed

type Refusal = ChangeRefused | QuantityNotAllowed


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
        case BelowAssigned():
            return ngettext(
                "%(assigned)s seat is assigned. Release some before keeping fewer.",
                "%(assigned)s seats are assigned. Release some before keeping fewer.",
                refusal.assigned,
            ) % {"assigned": refusal.assigned}
        case FewerSeatsWait():
            return _(
                "Seats that are paid stay until %(day)s. Plan fewer seats for the renewal instead."
            ) % {"day": longdate(refusal.until)}
        case CommittedUntil():
            return _("The year is paid and committed until %(day)s; plan the change for then.") % {
                "day": longdate(refusal.until)
            }
        case CheaperPlanWaits():
            return _("A cheaper plan begins at the renewal on %(day)s; plan it for then.") % {
                "day": longdate(refusal.until)
            }
        case OtherCurrency():
            return _("The subscription is paid in %(currency)s and keeps its currency.") % {
                "currency": refusal.currency
            }
        case NothingChanges():
            return _("The renewal brings this already.")
    return _("This number of seats is not on sale. Choose another one.")
