"""What identity talks to outside of the database."""
