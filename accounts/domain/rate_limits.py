"""How much of the API a caller may use: buckets that fill steadily, and what a call costs.

A bucket holds the units of one minute and is filled evenly. A call is charged to the bucket of
its key and to the bucket of its organization, in both or in none.
"""

from dataclasses import dataclass

READ_COST = 1
WRITE_COST = 5
# What asks Stripe, or computes over many rows.
DEAR_COST = 20

_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Bucket:
    """Units that a caller may use at once, and get back within a minute."""

    name: str
    per_minute: int

    @property
    def policy(self) -> str:
        """The policy as the header `RateLimit-Policy` writes it."""
        return f"{self.per_minute};w={_MINUTE}"

    @property
    def per_millisecond(self) -> float:
        """How fast it fills."""
        return self.per_minute / (_MINUTE * 1000)


@dataclass(frozen=True, slots=True)
class Level:
    """What a bucket held after a call: `wait` seconds until there is enough, 0 when it was."""

    bucket: Bucket
    remaining: int
    reset: int
    wait: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Units a minute for one key, for all keys of an organization, and for a vendor-wide key."""

    key: int
    organization: int
    vendor: int

    def buckets(self, *, key_id: int, organization_id: int | None) -> tuple[Bucket, ...]:
        """Return the buckets that a call of this key is charged to."""
        if organization_id is None:
            return (Bucket(f"key:{key_id}", self.vendor),)
        return (
            Bucket(f"key:{key_id}", self.key),
            Bucket(f"organization:{organization_id}", self.organization),
        )


def tightest(levels: list[Level]) -> Level:
    """Return the level that a caller has to mind: who waits longest, then who has least left."""
    return max(levels, key=lambda level: (level.wait, -level.remaining / level.bucket.per_minute))
