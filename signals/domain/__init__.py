"""Rules that turn seats and usage into alerts, tasks and forecasts: pure, free of the clock."""
