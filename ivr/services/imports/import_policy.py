"""The policies of an import file: their shape, checked by pydantic."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from ivr.services.imports.import_types import Email, Given, Name

RINGS = Literal["all", "in_turn", "random"]


class WhoIn(Given):
    """One of them: whom a level rings, or an address or a webhook that it tells once."""

    rota: Name | None = None
    person: Email | None = Field(default=None, description="The e-mail of somebody on the staff.")
    team: Name | None = None
    mail: Email | None = None
    webhook: Name | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "WhoIn":
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError("one of rota, person, team, mail and webhook")
        return self

    def named(self) -> tuple[str, str]:
        """Its kind, and what it is called."""
        return next(iter(self.model_dump(exclude_none=True).items()))


class LevelIn(Given):
    """Either rings people, or mails an address. Times in seconds."""

    level: int = Field(ge=1, le=9)
    who: list[WhoIn] | None = Field(default=None, description="None: the list of on_call.")
    ring: RINGS | None = None
    ring_for: int | None = Field(default=None, ge=1, le=120)
    repeat: int | None = Field(default=None, ge=0, le=20)
    wait: int | None = Field(default=None, ge=0, le=3600, description="Between two rounds.")
    escalate_after: int | None = Field(default=None, ge=1, le=86_400)
    mail: Email | None = None
    repeat_every: int | None = Field(default=None, ge=1, le=86_400)

    @model_validator(mode="after")
    def _rings_or_mails(self) -> "LevelIn":
        ringing = (self.who, self.ring_for, self.repeat, self.wait, self.escalate_after)
        if (self.ring is None) == (self.mail is None):
            told = "a level either rings (ring: all, in_turn or random) or mails (mail: address)"
            raise ValueError(told)
        if self.mail:
            if any(value is not None for value in ringing):
                raise ValueError("a level that mails has only repeat_every")
            self.repeat_every = self.repeat_every or 300
        elif self.repeat_every is not None:
            raise ValueError("repeat_every is for a level that mails")
        else:
            self.ring_for = self.ring_for or 25
            self.repeat = 1 if self.repeat is None else self.repeat
            self.escalate_after = self.escalate_after or 60
        return self


class PolicyIn(Given):
    levels: list[LevelIn] = Field(min_length=1)

    @field_validator("levels")
    @classmethod
    def _ends_with_a_mail(cls, given: list[LevelIn]) -> list[LevelIn]:
        if [level.level for level in given] != list(range(1, len(given) + 1)):
            raise ValueError("levels are numbered 1, 2, 3 … in order")
        if given[-1].mail is None or any(level.mail for level in given[:-1]):
            raise ValueError("the last level, and only the last, mails: it alarms without end")
        return given


class NamedPolicyIn(PolicyIn):
    """For the tickets that have all of what is given; of several, the first."""

    name: Name
    customer: Name | None = None
    team: Name | None = None
    severity: Literal["critical", "major", "minor"] | None = None
    hours: Literal["open", "closed"] | None = Field(default=None, description="Business hours.")
