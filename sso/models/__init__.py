"""Tables of single sign-on."""

from sso.models.connection import SsoConnection
from sso.models.domain import VerifiedDomain
from sso.models.identity import SamlArrival, SsoIdentity

__all__ = ["SamlArrival", "SsoConnection", "SsoIdentity", "VerifiedDomain"]
