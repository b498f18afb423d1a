"""`ivr import FILE`: its shape, its reading, and the writing of it."""
