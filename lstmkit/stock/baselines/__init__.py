"""What a practitioner would take instead: for the price, and for how much it will move."""
