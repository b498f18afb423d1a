"""Our own people: accounts, signing in, roles, tokens."""
