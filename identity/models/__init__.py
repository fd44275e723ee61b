"""The tables of identity."""

from identity.models.browser import KnownBrowser
from identity.models.rules import IdentityRules

__all__ = ["IdentityRules", "KnownBrowser"]
