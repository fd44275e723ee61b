"""TXT records of a domain, from the name servers that the deployment uses."""

import dns.exception
import dns.nameserver
import dns.resolver
from django.conf import settings

MOST_RECORDS = 100


class NoAnswer(Exception):
    """The name servers did not say whether there is a record: neither yes nor no."""


def txt_records(domain: str) -> list[str]:
    """Return the TXT records of a domain, none for a domain that does not exist.

    Raises NoAnswer when no server answered in time, or one that does not know.
    """
    try:
        answer = _resolver().resolve(f"{domain}.", "TXT", search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise NoAnswer(type(error).__name__) from error
    return [
        b"".join(record.strings).decode("utf-8", "replace")
        for record in list(answer)[:MOST_RECORDS]
    ]


def _resolver() -> dns.resolver.Resolver:
    """The resolver of this machine, or one that asks SSO_DNS_SERVERS ("host:port" each)."""
    servers: list[str] = settings.SSO_DNS_SERVERS
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [
            dns.nameserver.Do53Nameserver(host, int(port or 53))
            for host, _colon, port in (server.partition(":") for server in servers)
        ]
    resolver.lifetime = settings.SSO_DNS_SECONDS
    resolver.cache = None
    return resolver
