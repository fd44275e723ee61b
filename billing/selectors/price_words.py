"""What a price table should be looked at for, as sentences."""

from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.templatetags.headroom import format_money, number
from billing.domain.price_design import PriceWarning, WarningCode


def warning_sentence(warning: PriceWarning, currency: str) -> str:
    """Return what to look at and what could be done, in the reader's language."""
    return _template(warning.code) % {
        "tier": (warning.tier or 0) + 1,
        "before": warning.tier or 0,
        "quantity": number(Decimal(warning.quantity or 0)),
        "better": number(Decimal(warning.better_quantity or 0)),
        "amount": format_money(warning.amount_minor, currency),
        "other": format_money(warning.other, currency),
    }


def _template(code: WarningCode) -> str:
    match code:
        case WarningCode.DEARER_TIER:
            return _(
                "Tier %(tier)s costs %(amount)s a seat, more than the %(other)s of the tier before."
            )
        case WarningCode.RISING_AVERAGE:
            return _(
                "From %(quantity)s seats on the average rises: %(amount)s a seat after %(other)s."
            )
        case WarningCode.CLIFF:
            return _(
                "From %(quantity)s seats on the total reaches %(amount)s, "
                "but %(better)s seats cost only %(other)s."
            )
        case WarningCode.FLAT_AMOUNT_CLIFF:
            return _(
                "The amount once of tier %(tier)s makes %(quantity)s seats dearer than "
                "%(better)s seats, which cost %(other)s."
            )
        case WarningCode.FREE_LAST_TIER:
            return _("From seat %(quantity)s on, every further seat is free.")
        case WarningCode.TIER_NOT_REACHED:
            return _("No number of seats on sale reaches tier %(tier)s.")
        case WarningCode.UNCHARGEABLE_UNITS:
            return _("%(amount)s in tier %(tier)s cannot be paid exactly: use steps of %(other)s.")
        case WarningCode.TIER_BELOW_FLOOR:
            return _("Tier %(tier)s brings %(amount)s a seat, below the floor of %(other)s.")
        case WarningCode.AVERAGE_BELOW_FLOOR:
            return _(
                "From %(quantity)s seats on, a seat brings less than the floor of %(other)s "
                "on average."
            )
