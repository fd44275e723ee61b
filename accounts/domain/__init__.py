"""Pure rules of people and organizations."""
