"""Billing under fire: lives of organizations in any order, deaths at every step, races."""
