"""Mail: what comes in, what goes out, and its words."""
