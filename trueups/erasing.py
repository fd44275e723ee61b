"""What becomes of a deleted person in true-ups: a signed one keeps its figures, not the name."""

from typing import Final

from accounts.erasure import Erasing

ERASING: Final = Erasing(app="trueups")
