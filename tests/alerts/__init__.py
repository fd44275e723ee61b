"""How often the seat alert speaks: a year of simulated organizations."""
