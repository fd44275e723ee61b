"""Who may use a seat, and how much of what was bought is used: pure and free of the clock."""
