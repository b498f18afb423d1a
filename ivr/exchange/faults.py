"""Faults to be had on purpose: what carriers and networks do on bad days. Off by default."""

from dataclasses import dataclass


@dataclass
class Faults:
    drop_callbacks: bool = False
    duplicate_callbacks: bool = False
    reorder_callbacks: bool = False
    """Status callbacks are held back and sent backward."""
    webhook_bad_signature: int = 0
    """So many webhooks are signed with another token."""
    rest_429: int = 0
    """So many requests to place a call or a text are refused with 429, and so on."""
    rest_500_before: int = 0
    rest_500_after: int = 0
    rest_cut: int = 0
    """Executed, and then the connection is cut."""
    rest_garbage: int = 0
    rest_slow: float = 0.0
    """Seconds that every answer of the REST API takes."""

    def take(self, name: str) -> bool:
        """Whether this fault is due now; uses one of it up."""
        left = int(getattr(self, name))
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0
