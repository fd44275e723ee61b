"""Pure rules of approval inside the customer: no clock, no database."""
