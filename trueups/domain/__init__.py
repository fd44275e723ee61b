"""What a true-up is: its quarters, its arithmetic, its states. Pure and free of the clock."""
