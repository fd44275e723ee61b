"""Charges a call to its buckets in Redis, in one script: many at once cannot take a unit twice."""

import time
from functools import cache
from typing import Any, cast

import structlog
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from accounts.domain.rate_limits import Bucket, Level
from config.redis import client, sentinels_of

# The server's clock, not ours: web processes disagree by more than a bucket's step.
_CHARGE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local cost = tonumber(ARGV[1])
local levels, waits, is_short = {}, {}, false
for i, key in ipairs(KEYS) do
  local capacity, rate = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local row = redis.call('HMGET', key, 'level', 'at')
  local level = tonumber(row[1]) or capacity
  local at = tonumber(row[2]) or now
  level = math.min(capacity, level + math.max(0, now - at) * rate)
  levels[i], waits[i] = level, 0
  if level < cost then
    waits[i] = math.ceil((cost - level) / rate)
    is_short = true
  end
end
local answer = {}
for i, key in ipairs(KEYS) do
  local capacity, rate = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local level = levels[i]
  if not is_short then level = level - cost end
  redis.call('HSET', key, 'level', tostring(level), 'at', now)
  redis.call('PEXPIRE', key, math.ceil(capacity / rate))
  answer[#answer + 1] = math.floor(level)
  answer[#answer + 1] = math.ceil((capacity - level) / rate)
  answer[#answer + 1] = waits[i]
end
return answer
"""
_PREFIX = "headroom:limit:"
_TIMEOUT_SECONDS = 0.25
# After a failure nobody is limited for so long: waiting for a dead server would limit everybody.
_REST_SECONDS = 5.0


@cache
def _client(url: str) -> Redis:
    if sentinels_of(url) is not None:
        return client(url)
    return Redis.from_url(
        url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS
    )


class _Rest:
    """When Redis may be asked again."""

    until = 0.0


def charge(buckets: tuple[Bucket, ...], *, cost: int) -> list[Level] | None:
    """Take `cost` units from every bucket, or from none; return the levels.

    None means that Redis does not answer: the call goes through, and a line of the log says so.
    """
    if time.monotonic() < _Rest.until:
        return None
    arguments: list[Any] = [cost]
    for bucket in buckets:
        arguments += [bucket.per_minute, bucket.per_millisecond]
    try:
        answer = _client(settings.REDIS_URL).eval(
            _CHARGE, len(buckets), *(_PREFIX + bucket.name for bucket in buckets), *arguments
        )
    except RedisError:
        _Rest.until = time.monotonic() + _REST_SECONDS
        structlog.get_logger(__name__).warning("rate_limits_off", exc_info=True)
        return None
    numbers = cast(list[int], answer)
    return [
        Level(
            bucket=bucket,
            remaining=max(0, numbers[3 * at]),
            reset=_seconds(numbers[3 * at + 1]),
            wait=_seconds(numbers[3 * at + 2]),
        )
        for at, bucket in enumerate(buckets)
    ]


def _seconds(milliseconds: int) -> int:
    return -(-milliseconds // 1000)
