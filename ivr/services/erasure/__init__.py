"""What is kept and what must go: holds, and the erasure of a person."""
