"""Pages: ringing those who are on call until one presses 1."""
