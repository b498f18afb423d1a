"""Every setting, read once from the environment. `NAME_FILE` is the path of a file holding NAME.

With no Twilio account the service runs on the embedded exchange, with credentials that are
made on the first start and kept in `VAR_DIR`.
"""

import json
import os
import secrets
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class BrokenSettingError(Exception):
    """One clear line that names the setting and what is wrong with it."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    port: int = Field(default=8000, ge=1, le=65535)
    exchange_port: int = Field(default=8100, ge=1, le=65535)
    var_dir: Path = Path("var")
    public_url: str = ""
    database_url: str = ""
    redis_url: str = ""
    demo_data: bool = True

    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_auth_token_secondary: str = ""
    twilio_api_url: str = ""
    twilio_number: str = Field(default="+18005550100", pattern=r"^\+[1-9][0-9]{6,14}$")

    smtp_url: str = ""
    support_email: str = "support@2n5.example"
    escalation_email: str = ""
    console_password: str = ""

    anonymous_calls: Literal["answer", "refuse"] = "answer"
    blocked_numbers: str = ""
    callback_countries: str = "1"
    keep_recordings_at_carrier: bool = False

    @field_validator("public_url", "twilio_api_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("must be an address such as https://support.example.com")
        return value.rstrip("/")

    @property
    def embedded_exchange(self) -> bool:
        """Whether our own exchange plays the carrier: no account and no other carrier given."""
        return not self.twilio_account_sid and not self.twilio_api_url

    @property
    def escalation(self) -> str:
        """Where the last level is mailed to, if the policy names no address."""
        return self.escalation_email or self.support_email

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


def _from_files() -> dict[str, Any]:
    """Settings given as NAME_FILE, read from the path."""
    given: dict[str, Any] = {}
    for name in Settings.model_fields:
        path = os.environ.get(f"{name.upper()}_FILE")
        if path:
            try:
                given[name] = Path(path).read_text().strip()
            except OSError as error:
                raise BrokenSettingError(f"{name.upper()}_FILE: {error}") from error
    return given


def read() -> Settings:
    try:
        return Settings(**_from_files())
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "settings"
        raise BrokenSettingError(f"{name}: {first['msg']}") from error


@cache
def settings() -> Settings:
    return read()
