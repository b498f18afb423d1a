"""What the carrier keeps of a number is deleted: its calls, with their recordings, and texts.

Twilio deletes no call that is under way, and keeps what it bills by for itself
(twilio.com/docs/voice/api/call-resource).
"""

from twilio.rest import Client

from ivr.services.calls.carrier import Forgotten

AT_A_TIME = 25
"""Of each kind; each is a request of its own."""


def number(client: Client, given: str) -> Forgotten:
    calls = texts = recordings = 0
    listed = [
        *client.calls.list(from_=given, limit=AT_A_TIME),
        *client.calls.list(to=given, limit=AT_A_TIME),
    ]
    for sid in dict.fromkeys(call.sid for call in listed if call.sid):
        for recording in client.recordings.list(call_sid=sid, limit=AT_A_TIME):
            recordings += client.recordings(str(recording.sid)).delete()
        calls += client.calls(sid).delete()
    written = [
        *client.messages.list(from_=given, limit=AT_A_TIME),
        *client.messages.list(to=given, limit=AT_A_TIME),
    ]
    for sid in dict.fromkeys(one.sid for one in written if one.sid):
        texts += client.messages(sid).delete()
    return Forgotten(calls, texts, recordings, more=bool(listed or written))
