"""When somebody who tried too often may try again.

django-allauth counts the attempts in the cache, under a lock of the cache: what cannot have the
lock is refused, so that no number of attempts at once lets more through than the rate says.
"""

import math
import time

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest


def minutes_to_wait(request: HttpRequest, *, key: str) -> int:
    """Return after how many whole minutes, at least one, the limits let the next attempt in."""
    now = time.time()
    waits = [60.0]
    for rate in ratelimit.get_rates(app="allauth.account", action="login_failed"):
        address = ratelimit.get_cache_key(
            request, app="allauth.account", action="login_failed", rate=rate, key=key
        )
        attempts = [at for at in cache.get(address, []) if at > now - rate.duration]
        if len(attempts) >= rate.amount:
            waits.append(attempts[rate.amount - 1] + rate.duration - now)
    return math.ceil(max(waits) / 60)
