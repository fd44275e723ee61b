"""The writers of people and organizations."""
