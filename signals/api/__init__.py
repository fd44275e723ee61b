"""API operations about signals and tasks."""
