"""Every setting, read once from the environment. `NAME_FILE` is the path of a file holding NAME.

With no Twilio account the service runs on the embedded exchange, with credentials that are
made on the first start and kept in `VAR_DIR`.
"""

import json
import os
import re
import secrets
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
"""What ivr/demo.yaml knows them by."""
EMBEDDED_CANARY = "+18005550199"
"""The number of the embedded exchange from which the line rings itself."""
EMBEDDED_TRANSCRIPTION = "exchange_transcription"
"""The configuration by which the embedded exchange writes recordings down."""
RECORDED = {"description", "message", "note", "conversation"}
"""Kinds of recordings."""
OPAQUE = re.compile(r"[A-Za-z0-9_-]{8,128}", re.ASCII)
E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class BrokenSettingError(Exception):
    """One clear line that names the setting and what is wrong with it."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    port: Port = 8000
    exchange_port: Port = 8100
    var_dir: Path = Path("var")
    public_url: str = ""
    proxies: Annotated[int, msgspec.Meta(ge=0, le=9)] = 0
    database_url: str = ""
    redis_url: str = ""
    demo_data: bool = True

    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_auth_token_secondary: str = ""
    twilio_api_url: str = ""
    twilio_number: str = "+18005550100"

    smtp_url: str = ""
    mail_host: str = "127.0.0.1"
    mail_port: Port = 8025
    imap_url: str = ""
    mail_token: str = ""
    support_email: str = "support@2n5.example"
    escalation_email: str = ""
    console_password: str = ""
    api_requests_a_minute: Annotated[int, msgspec.Meta(ge=1)] = 300
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""

    anonymous_calls: Literal["answer", "refuse"] = "answer"
    blocked_numbers: str = ""
    callback_countries: str = "1"
    rings_an_hour: Annotated[int, msgspec.Meta(ge=1)] = 60
    rings_a_day: Annotated[int, msgspec.Meta(ge=1)] = 300
    canary_number: str = ""
    canary_every: Annotated[int, msgspec.Meta(ge=0, le=168)] = 6
    low_balance: Annotated[int, msgspec.Meta(ge=0)] = 20
    fallback_url: str = ""
    keep_recordings_at_carrier: bool = False
    transcription_configuration: str = ""
    transcribed_recordings: str = "description,message,note,conversation"

    def __post_init__(self) -> None:
        for name in ("public_url", "twilio_api_url", "fallback_url"):
            value = getattr(self, name)
            parts = urlsplit(value)
            if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
                told = "must be an address such as https://support.example.com"
                raise BrokenSettingError(f"{name.upper()}: {told}")
        self._check_oidc()
        scheme = urlsplit(self.imap_url).scheme
        if self.imap_url and scheme not in {"imap", "imaps"}:
            raise BrokenSettingError("IMAP_URL: must be imaps://user:password@host/folder")
        for name, number in (
            ("TWILIO_NUMBER", self.twilio_number),
            ("CANARY_NUMBER", self.canary_number or EMBEDDED_CANARY),
        ):
            if not E164.fullmatch(number):
                told = "must be +, country code and number, such as +15145550100"
                raise BrokenSettingError(f"{name}: {told}")
        if self.transcription and not OPAQUE.fullmatch(self.transcription):
            told = "must be the id of a configuration at Twilio: letters, digits, _ and -"
            raise BrokenSettingError(f"TRANSCRIPTION_CONFIGURATION: {told}")
        if strange := self.transcribed - RECORDED:
            told = f"knows no {min(strange)!r}, only {', '.join(sorted(RECORDED))}"
            raise BrokenSettingError(f"TRANSCRIBED_RECORDINGS: {told}")
        if self.canary == self.twilio_number:
            raise BrokenSettingError("CANARY_NUMBER: must be another number than TWILIO_NUMBER")

    def _check_oidc(self) -> None:
        """All of it or nothing; and not by a line that others can read."""
        given = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)
        if any(given) and not all(given):
            told = "OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET: give all three, or none"
            raise BrokenSettingError(told)
        parts = urlsplit(self.oidc_issuer)
        here = parts.hostname in {"127.0.0.1", "localhost", "::1"}
        if self.oidc_issuer and not (parts.scheme == "https" or (here and parts.scheme == "http")):
            raise BrokenSettingError("OIDC_ISSUER: must be an address that begins with https://")

    @property
    def embedded_exchange(self) -> bool:
        """Whether our own exchange plays the carrier: no account and no other carrier given."""
        return not self.twilio_account_sid and not self.twilio_api_url

    @property
    def canary(self) -> str:
        """The number from which the line rings itself; without one it does not."""
        return self.canary_number or (EMBEDDED_CANARY if self.embedded_exchange else "")

    @property
    def transcription(self) -> str:
        """The carrier's configuration by which recordings are written down with times; without one
        <Record> is asked for a text, which has none.
        """
        embedded = EMBEDDED_TRANSCRIPTION if self.embedded_exchange else ""
        return self.transcription_configuration or embedded

    @cached_property
    def transcribed(self) -> set[str]:
        """Kinds of recordings that are written down by that configuration."""
        return {one.strip() for one in self.transcribed_recordings.split(",") if one.strip()}

    @property
    def escalation(self) -> str:
        """Where the last level is mailed to, if the policy names no address."""
        return self.escalation_email or self.support_email

    @property
    def mail_is_kept(self) -> bool:
        """Whether mail goes into VAR_DIR/mail, no server being set that would take it."""
        return not self.smtp_url

    @property
    def escalation_mailbox(self) -> str:
        """Where a customer reaches the last level."""
        return self.escalation_email or f"escalation@{self.mail_domain}"

    @property
    def mail_domain(self) -> str:
        """What our Message-IDs and our List-Id end with."""
        return self.support_email.rpartition("@")[2]

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.var_dir.resolve() / 'ivr.db'}"

    @cached_property
    def own_url(self) -> str:
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def carrier_url(self) -> str:
        """Base URL of the carrier's REST API; empty means Twilio's own."""
        if self.embedded_exchange:
            return f"http://127.0.0.1:{self.exchange_port}"
        return self.twilio_api_url

    @cached_property
    def credentials(self) -> tuple[str, str]:
        """Account SID and auth token: the ones given, else the generated ones of the exchange."""
        if self.embedded_exchange:
            return _generated_credentials(self.var_dir)
        return self.twilio_account_sid, self.twilio_auth_token

    @cached_property
    def signing_tokens(self) -> tuple[str, ...]:
        """Tokens a webhook may be signed with: two while the token is being rotated."""
        tokens = (self.credentials[1], self.twilio_auth_token_secondary)
        return tuple(token for token in tokens if token)


def _generated_credentials(var_dir: Path) -> tuple[str, str]:
    file = var_dir / "exchange.json"
    if not file.exists():
        var_dir.mkdir(parents=True, exist_ok=True)
        made = {"account_sid": f"AC{secrets.token_hex(16)}", "auth_token": secrets.token_hex(16)}
        draft = var_dir / f".exchange.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(made))
        try:
            file.hardlink_to(draft)  # of two processes that start at once, the first one wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    kept = json.loads(file.read_text())
    return kept["account_sid"], kept["auth_token"]


def _given() -> dict[str, str]:
    """What the environment says; an empty value counts as none."""
    given = {}
    for name in Settings.__struct_fields__:
        value = os.environ.get(name.upper()) or _from_file(name.upper())
        if value:
            given[name] = value.rstrip("/") if name.endswith(("_url", "_issuer")) else value
    return given


def _from_file(name: str) -> str:
    """A setting given as NAME_FILE, the path of a file that holds it."""
    path = os.environ.get(f"{name}_FILE")
    try:
        return Path(path).read_text().strip() if path else ""
    except OSError as error:
        raise BrokenSettingError(f"{name}_FILE: {error}") from error


def _made(wanted: type, value: Any) -> Any:
    return wanted(value)


def read() -> Settings:
    try:
        return msgspec.convert(_given(), Settings, strict=False, dec_hook=_made)
    except msgspec.ValidationError as error:
        told, _, path = str(error).partition(" - at `$.")
        raise BrokenSettingError(f"{path.rstrip('`').upper()}: {told.lower()}") from error


@cache
def settings() -> Settings:
    return read()
