"""What pages and endpoints show of people and organizations."""
