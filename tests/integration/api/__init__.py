"""What every operation of the API shares."""
