"""Outgoing webhooks: what they are told, and the telling."""
