"""The embedded telephone exchange: plays Twilio over real HTTP. Knows nothing of the app but URLs.

It fetches and executes TwiML, signs its webhooks, answers the REST API, and puts phones on a web
page. With a ManualClock, tests move its time; its log is what really happened.
"""

from ivr.exchange.clock import ManualClock, WallClock
from ivr.exchange.engine import Exchange
from ivr.exchange.faults import Faults

__all__ = ["Exchange", "Faults", "ManualClock", "WallClock"]
