"""The ceiling: the product's own app with one more route, which reads its form and answers with
the same words each time. No webhook on this server can be faster.
"""

from flask import Response, request

from ivr.web import app

PATH = "/ceiling"
TWIML = (
    '<?xml version="1.0" encoding="UTF-8"?><Response>'
    '<Gather action="https://support.2n5.example/voice/turns/2" method="POST" numDigits="1">'
    '<Say language="en-US" voice="Polly.Joanna-Neural">Press 1 if it is critical.</Say></Gather>'
    '<Redirect method="POST">https://support.2n5.example/voice/turns/2</Redirect></Response>'
)


@app.post(PATH)
def ceiling() -> Response:
    assert request.form["CallSid"]
    return Response(TWIML, mimetype="text/xml")
