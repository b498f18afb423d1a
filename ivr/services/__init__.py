"""The rules, one file a noun. No Flask, no carrier; the time and the session are arguments."""
