"""The portal with all its pages."""

from ivr.portal import account, feedback, files, opening, sign_in, tickets
from ivr.portal.door import portal

__all__ = ["account", "feedback", "files", "opening", "portal", "sign_in", "tickets"]
