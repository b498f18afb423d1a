"""The voice door: the only place that knows TwiML, the REST client and the signature."""
