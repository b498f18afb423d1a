"""What is said and asked on the phone. Pure: a step takes what is known, and returns a turn."""
