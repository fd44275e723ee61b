"""Tables of true-ups."""

from trueups.models.evidence import HighWaterDay, LockOut, PersonEvidence
from trueups.models.line import LineComment, TrueUpLine
from trueups.models.opening import EvidenceOpening
from trueups.models.terms import TrueUpTerms
from trueups.models.true_up import TrueUp, TrueUpNotice

__all__ = [
    "EvidenceOpening",
    "HighWaterDay",
    "LineComment",
    "LockOut",
    "PersonEvidence",
    "TrueUp",
    "TrueUpLine",
    "TrueUpNotice",
    "TrueUpTerms",
]
