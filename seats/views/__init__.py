"""Pages of people, seats and usage."""
