"""The arithmetic of seats and money: pure, exact, and free of the clock."""
