"""What staff may change about the house, with its history."""
