"""Messages from Headroom: verified, told apart by their ids, the last fifty kept in memory."""

from collections import OrderedDict
from pathlib import Path

from headroom_client import Webhook, WebhookMessage
from headroom_django.conf import conf

KEPT = 50
_seen: OrderedDict[str, WebhookMessage] = OrderedDict()


def _file() -> Path:
    return Path(conf().spool).parent / "webhook_secret"


def has_secret() -> bool:
    """Tell whether the secret of the endpoint is known."""
    return _file().exists()


def keep_secret(secret: str) -> None:
    """Keep the secret that Headroom showed once. Raises ValueError for what is none."""
    Webhook(secret)
    _file().touch(mode=0o600)
    _file().write_text(secret.strip())


def take(headers: dict[str, str], body: bytes) -> bool:
    """Keep a message; tell whether it was new. Raises WebhookRefused."""
    message = Webhook(_file().read_text()).verify(headers, body)
    is_new = message.id not in _seen
    _seen[message.id] = message
    while len(_seen) > KEPT:
        _seen.popitem(last=False)
    return is_new


def last() -> list[WebhookMessage]:
    """Return what came, the newest first."""
    return list(reversed(_seen.values()))
