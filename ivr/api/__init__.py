"""The door for programs: JSON under /api/v1, by tokens with scopes (docs/api.md)."""
