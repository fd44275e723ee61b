"""One address of Redis or Valkey for cache, broker and health: a server, or the sentinels of one.

    redis://:password@host:6379/0
    sentinel://:password@host1:26379,host2:26379,host3:26379/0?master=headroom

Sentinels are asked anew for each connection, so after a failover the next one leads to the new
server. `sentinel_password` is theirs, where they have another one than none. Redis Cluster is not
taken: Celery's broker cannot run on it.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ReadOnlyError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

_SCHEME = "sentinel"
_PORT = 26379
# For the seconds that a failover takes: about seven.
_RETRIES = 8


@dataclass(frozen=True, slots=True)
class Sentinels:
    """Who knows which server is the master of the name, and how to speak to it."""

    hosts: tuple[tuple[str, int], ...]
    master: str
    password: str
    sentinel_password: str
    database: int


def sentinels_of(url: str) -> Sentinels | None:
    """Return the sentinels of an address, None for a server's; raises ImproperlyConfigured."""
    parts = urlsplit(url)
    if parts.scheme != _SCHEME:
        return None
    login, _, places = parts.netloc.rpartition("@")
    query = parse_qs(parts.query)
    master = query.get("master", [""])[0]
    database = parts.path.strip("/") or "0"
    hosts = []
    for place in places.split(","):
        host, _, port = place.rpartition(":") if ":" in place else (place, "", str(_PORT))
        if not host or not port.isdigit():
            raise ImproperlyConfigured("REDIS_URL names a sentinel without a host or a port.")
        hosts.append((host, int(port)))
    if not master or not database.isdigit():
        raise ImproperlyConfigured("REDIS_URL of sentinels ends in /<number>?master=<name>.")
    return Sentinels(
        hosts=tuple(hosts),
        master=master,
        password=unquote(login.partition(":")[2]),
        sentinel_password=query.get("sentinel_password", [""])[0],
        database=int(database),
    )


class SentinelPool(SentinelConnectionPool):
    """Connections to the master of the moment, made from an address as Django's cache does."""

    @classmethod
    def from_url(cls, url: str, **options: Any) -> "SentinelPool":
        """Return the pool of an address of sentinels."""
        found = sentinels_of(url)
        if found is None:
            raise ImproperlyConfigured("This pool takes an address of sentinels.")
        manager = Sentinel(  # type: ignore[no-untyped-call]
            found.hosts,
            sentinel_kwargs=_sentinel_login(found) | {"socket_timeout": 2},
        )
        return cls(
            found.master,
            manager,
            db=found.database,
            password=found.password or None,
            socket_timeout=5,
            retry=Retry(
                ExponentialBackoff(cap=1.5, base=0.1),
                _RETRIES,
                (RedisConnectionError, RedisTimeoutError, ReadOnlyError),
            ),
            **options,
        )


def client(url: str) -> Redis:
    """Return a client of the server, or of the master that the sentinels name."""
    if sentinels_of(url) is None:
        return Redis.from_url(url, socket_timeout=2)
    return Redis(connection_pool=SentinelPool.from_url(url))


def cache_settings(url: str) -> dict[str, Any]:
    """Return Django's settings of a cache at the address."""
    cache: dict[str, Any] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
    }
    if sentinels_of(url) is not None:
        # A comma separates servers in Django's setting, so the address goes in as a list of one.
        cache |= {"LOCATION": [url], "OPTIONS": {"pool_class": "config.redis.SentinelPool"}}
    return cache


def broker_url(url: str) -> str:
    """Return Celery's address of the broker."""
    found = sentinels_of(url)
    if found is None:
        return url
    login = f":{quote(found.password, safe='')}@" if found.password else ""
    return ";".join(
        f"sentinel://{login}{host}:{port}/{found.database}" for host, port in found.hosts
    )


def broker_options(url: str) -> dict[str, Any]:
    """Return what Celery's transport has to be told besides."""
    found = sentinels_of(url)
    if found is None:
        return {}
    return {"master_name": found.master, "sentinel_kwargs": _sentinel_login(found)}


def _sentinel_login(found: Sentinels) -> dict[str, Any]:
    return {"password": found.sentinel_password} if found.sentinel_password else {}
