"""What is wrong with a price table, as a sentence, a remedy and the field to change."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from billing.domain.price_table import InvalidTierTable, TierFault


@dataclass(frozen=True, slots=True)
class TableRefusal:
    """Why a price table is refused; `tier` counts from 1, `bound` is the number to change.

    `field` is the input at fault in the names of the API: tiers[1].up_to, maximum_seats.
    """

    fault: str
    sentence: str
    remedy: str
    field: str
    tier: int | None
    bound: int | None


def table_refusal(error: InvalidTierTable) -> TableRefusal:
    """Return the refusal of a table in the reader's language."""
    sentence, remedy = _words(error)
    return TableRefusal(
        fault=error.fault.value,
        sentence=sentence,
        remedy=remedy,
        field=_field(error),
        tier=None if error.tier is None else error.tier + 1,
        bound=error.bound,
    )


def _field(error: InvalidTierTable) -> str:
    if error.tier is not None:
        return f"tiers[{error.tier}].{error.field}"
    return error.field if error.fault is TierFault.LIMIT else "tiers"


def _words(error: InvalidTierTable) -> tuple[str, str]:
    tier = (error.tier or 0) + 1
    said = {
        "tier": tier,
        "before": tier - 1,
        "after": tier + 1,
        "bound": error.bound,
        "against": error.against,
        "next": (error.bound or 0) + 1,
    }
    sentence, remedy = _templates(error)
    return sentence % said, remedy % said


def _templates(error: InvalidTierTable) -> tuple[str, str]:
    match error.fault:
        case TierFault.NO_TIERS:
            return (
                _("A price table needs at least one tier."),
                _("Add a tier and leave its upper bound empty."),
            )
        case TierFault.OVERLAP | TierFault.DUPLICATE if error.tier == 0:
            return (
                _("Tier %(tier)s ends at %(bound)s, so no seat falls into it."),
                _("Let it end at 1 or above."),
            )
        case TierFault.DUPLICATE:
            return (
                _("Tiers %(before)s and %(tier)s both end at %(bound)s."),
                _("Let tier %(tier)s end above %(bound)s, or remove one of the two."),
            )
        case TierFault.OVERLAP:
            return (
                _(
                    "Tier %(tier)s ends at %(bound)s, "
                    "but tier %(before)s already reaches %(against)s."
                ),
                _("Let tier %(tier)s end above %(against)s, or put the tiers in rising order."),
            )
        case TierFault.OPEN_END_NOT_LAST:
            return (
                _("Tier %(tier)s has no upper bound, so tier %(after)s is never reached."),
                _("Give tier %(tier)s an upper bound, or remove the tiers after it."),
            )
        case TierFault.NO_OPEN_END:
            return (
                _("The last tier, tier %(tier)s, ends at %(bound)s: seat %(next)s has no price."),
                _("Leave its upper bound empty, or set a maximum of %(bound)s seats."),
            )
        case TierFault.GAP:
            return (
                _("Seats %(next)s to %(against)s have no price: the last tier ends at %(bound)s."),
                _("Leave the last upper bound empty, or lower the maximum to %(bound)s seats."),
            )
        case TierFault.NEGATIVE_AMOUNT:
            return (
                _("Tier %(tier)s has the amount %(bound)s; a price is never negative."),
                _("Use 0 or more."),
            )
        case TierFault.FLAT_HAS_TIERS:
            return (
                _("A flat price is one amount for every seat, without tiers or an amount once."),
                _("Keep one tier without an amount once, or choose graduated or volume."),
            )
        case TierFault.LIMIT:
            return _limit_templates(error)


def _limit_templates(error: InvalidTierTable) -> tuple[str, str]:
    match error.field:
        case "step":
            return (
                _("Seats cannot be sold in steps of %(bound)s."),
                _("Use a step of 1 or more."),
            )
        case "minimum_seats" if (error.bound or 0) < 1:
            return _("The minimum cannot be %(bound)s seats."), _("Use a minimum of 1 or more.")
        case "minimum_seats":
            return (
                _("The minimum of %(bound)s is not a multiple of the step of %(against)s."),
                _("Choose a minimum that %(against)s divides."),
            )
        case "maximum_seats" if (error.bound or 0) < (error.against or 0):
            return (
                _("The maximum of %(bound)s is below %(against)s."),
                _("Choose a maximum of at least %(against)s, or leave it empty."),
            )
    return (
        _("The maximum of %(bound)s is not a multiple of the step of %(against)s."),
        _("Choose a maximum that %(against)s divides."),
    )
