"""Rate limits of the API: what a call costs, and the headers that say what is left.

A call that asks for more than a bucket can ever hold would wait for ever; costs are far below.
"""

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import exceptions

from accounts.api.authentication import ApiCaller
from accounts.domain.rate_limits import Level, Plan, tightest
from accounts.gateways.rate_limits import charge


def charge_call(caller: ApiCaller, *, cost: int) -> dict[str, str]:
    """Charge a call to its key and organization; return the headers. Raises Throttled."""
    plan = Plan(**settings.API_RATE_LIMITS)
    key = caller.api_key
    levels = charge(plan.buckets(key_id=key.pk, organization_id=key.organization_id), cost=cost)
    if levels is None:
        return {}
    level = tightest(levels)
    if level.wait:
        raise TooManyRequests(level)
    return headers_of(level)


def headers_of(level: Level) -> dict[str, str]:
    """Return the headers of a level (draft-ietf-httpapi-ratelimit-headers)."""
    return {
        "RateLimit-Limit": str(level.bucket.per_minute),
        "RateLimit-Remaining": str(level.remaining),
        "RateLimit-Reset": str(level.reset),
        "RateLimit-Policy": level.bucket.policy,
    }


class TooManyRequests(exceptions.Throttled):
    """The key, or its organization, has used what a minute holds."""

    def __init__(self, level: Level) -> None:
        super().__init__(wait=level.wait)
        self.detail = exceptions.ErrorDetail(
            _("Too many requests. Try again in %(seconds)d s.") % {"seconds": level.wait},
            "throttled",
        )
        self.headers = headers_of(level) | {"Retry-After": str(level.wait)}
