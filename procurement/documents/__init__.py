"""Documents of procurement."""
