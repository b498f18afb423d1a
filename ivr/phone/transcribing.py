"""Twilio's Batch Transcription: the engine, the language and the address of the callback stand in a
configuration of the account, of which we know the id (docs/deploy.md).
"""

from collections.abc import Iterator

import msgspec
from twilio.rest import Client

from ivr.services.calls.sentences import Sentence
from ivr.settings import settings

ENDED = {"completed", "failed"}
SECOND = 2
"""Of the two channels of a conversation."""


class Said(msgspec.Struct, rename="camel"):
    text: str | None = None
    start_time_seconds: float | None = None
    audio_channel_index: int | None = None


class Told(msgspec.Struct, rename="camel"):
    """What the carrier tells of a job; more than that may be in it."""

    id: str | None = None
    source_id: str | None = None
    status: str = ""
    sentences: list[Said] | None = None

    @property
    def job(self) -> str:
        return self.id or ""

    def lines(self) -> Iterator[Sentence]:
        for one in self.sentences or ():
            voice = SECOND if one.audio_channel_index == SECOND else 1
            yield Sentence(one.text or "", one.start_time_seconds, voice)


def told(body: bytes) -> Told | None:
    """None of what is no such thing."""
    try:
        return msgspec.json.decode(body, type=Told, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def begin(client: Client, sid: str, key: str) -> str | None:
    """The name of the job. The library's module for it is loaded when it is needed."""
    from twilio.rest.voice.v3.transcription import TranscriptionList

    voice = client.voice
    if settings().carrier_url:
        voice.base_url = settings().carrier_url
    asked = {"transcriptionConfigurationId": settings().transcription, "sourceId": sid}
    made = voice.v3.transcriptions.create(
        TranscriptionList.CreateV3TranscriptionsRequest(asked), idempotency_key=key
    )
    started = made.transcription if isinstance(made.transcription, dict) else {}
    job = started.get("id") or made.id or made.operation_id
    return str(job) if job else None
