"""Tickets: what becomes of them, what was promised, and how they are found."""
