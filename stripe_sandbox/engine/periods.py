"""Billing periods: n intervals from an anchor, the day clamped, the anchor day kept."""

import calendar
from datetime import UTC, datetime, timedelta

DAYS = {"day": 1, "week": 7}


def add_intervals(anchor: int, interval: str, count: int) -> int:
    """`count` intervals after `anchor`, in unix seconds: 31 January + 1 month is 28 February."""
    moment = datetime.fromtimestamp(anchor, UTC)
    if interval in DAYS:
        return int((moment + timedelta(days=DAYS[interval] * count)).timestamp())
    months = moment.month - 1 + count * (12 if interval == "year" else 1)
    year, month = moment.year + months // 12, months % 12 + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return int(moment.replace(year=year, month=month, day=day).timestamp())


def boundary_after(anchor: int, moment: int, interval: str, count: int) -> int:
    """The first period boundary later than `moment`; the anchor may lie in the future."""
    n = _index(anchor, moment, interval, count) - 2
    while (at := add_intervals(anchor, interval, n * count)) <= moment:
        n += 1
    return at


def boundary_at_or_before(anchor: int, moment: int, interval: str, count: int) -> int:
    """The last period boundary that is not later than `moment`."""
    n = _index(anchor, moment, interval, count) + 2
    while (at := add_intervals(anchor, interval, n * count)) > moment:
        n -= 1
    return at


def _index(anchor: int, moment: int, interval: str, count: int) -> int:
    """The n with anchor + n periods nearest `moment`."""
    days = {"day": 1.0, "week": 7.0, "month": 30.436875, "year": 365.2425}[interval] * count
    return round((moment - anchor) / (days * 86400))


def day_of(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%-d %b %Y}"
