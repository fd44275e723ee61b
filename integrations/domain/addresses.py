"""Which addresses a message may go to: the rule of the whole product (`accounts.domain`)."""

from accounts.domain.addresses import MOST_CHARACTERS, UnfitAddress, check_url, is_public

__all__ = ["MOST_CHARACTERS", "UnfitAddress", "check_url", "is_public"]
