"""A local stand-in for the Stripe API, for development and tests. No real money moves here."""
