"""What the pure rules of procurement refuse, as sentences for people."""

from django.utils.translation import gettext as _

from procurement.domain.rules import (
    BandsOutOfOrder,
    BandWithoutStep,
    FirstBandNotAtThreshold,
    NoBand,
    NumberOutOfRange,
    RoleCannotApprove,
    RulesRefused,
    StepWithoutApprover,
)


def rules_sentence(refusal: RulesRefused) -> str:
    """Return what to change, in the reader's language; bands are counted from 1."""
    band = {"band": refusal.band + 1}
    match refusal:
        case NoBand():
            return _("Say who approves: there is no band yet.")
        case FirstBandNotAtThreshold():
            return _("The first band begins above the threshold. Let it begin at the threshold.")
        case BandsOutOfOrder():
            return _("Band %(band)s does not begin above the band before it.") % band
        case BandWithoutStep():
            return _("Band %(band)s has no approver. Name a role or a person.") % band
        case StepWithoutApprover():
            return _("A step of band %(band)s has no approver. Name a role or a person.") % band
        case RoleCannotApprove():
            return _("Band %(band)s names a role that sees no requests.") % band
        case NumberOutOfRange():
            return _("One of the numbers is too small or too large.")
    return _("These rules could not work.")
