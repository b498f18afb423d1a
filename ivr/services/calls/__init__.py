"""Calls: taking their turns, their recordings, and what is told of them."""
