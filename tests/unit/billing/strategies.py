"""What the property tests of money draw from: tables, periods, moments."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from billing.domain.period import Period
from billing.domain.pricing import PriceTable, Scheme, Tier

bounded = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# The tiers of stripe.md: 10 seats at 10.00, the next 40 at 8.00, the rest at 6.00.
REFERENCE_TIERS = (Tier(10, 1000), Tier(50, 800), Tier(None, 600))
FLAT = PriceTable(Scheme.FLAT, "EUR", (Tier(None, 1000),))
GRADUATED = PriceTable(Scheme.GRADUATED, "EUR", REFERENCE_TIERS)
VOLUME = PriceTable(Scheme.VOLUME, "EUR", REFERENCE_TIERS)

# April 2026 has 30 days, so its exact middle is the start of the 16th.
APRIL = Period(datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC))
MIDDLE_OF_APRIL = datetime(2026, 4, 16, tzinfo=UTC)

quantities = st.integers(min_value=0, max_value=500)
amounts = st.integers(min_value=0, max_value=100_000)


@st.composite
def price_tables(
    draw: st.DrawFn, schemes: tuple[Scheme, ...] = tuple(Scheme), flat_amounts: bool = True
) -> PriceTable:
    """Any valid open-ended table of up to four tiers, falling and rising prices alike."""
    scheme = draw(st.sampled_from(schemes))
    if scheme is Scheme.FLAT:
        return PriceTable(scheme, "EUR", (Tier(None, draw(amounts)),))
    bounds = draw(st.sets(st.integers(min_value=1, max_value=300), max_size=3))
    tiers = tuple(
        Tier(up_to, draw(amounts), draw(amounts) if flat_amounts else 0)
        for up_to in [*sorted(bounds), None]
    )
    return PriceTable(scheme, "EUR", tiers)


@st.composite
def moments(draw: st.DrawFn, period: Period = APRIL) -> datetime:
    """A whole second of the period, its end included."""
    return period.start + timedelta(seconds=draw(st.integers(0, int(period.seconds))))
