"""The import file's shape, checked by pydantic; docs/import.schema.json is made from it."""

from typing import Annotated, Any, Literal

import phonenumbers
from pydantic import AfterValidator, Field, field_validator, model_validator

from ivr.models import Role
from ivr.services.imports.import_policy import NamedPolicyIn, PolicyIn
from ivr.services.imports.import_rota_file import AbsenceIn, RotaIn
from ivr.services.imports.import_types import Email, Given, Minute, Name, Zone
from ivr.settings import settings

Language = Literal["en-CA", "fr-CA"]
LANGUAGES: list[Language] = ["en-CA", "fr-CA"]


def _phone(given: str) -> str:
    try:
        parsed = phonenumbers.parse(given, None)
        fine = given.startswith("+") and phonenumbers.is_possible_number(parsed)
    except phonenumbers.NumberParseException:
        fine = False
    if not fine:
        raise ValueError("must be a phone number with its country, for example +15145550201")
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _staff_phone(given: str) -> str:
    number = _phone(given)
    if number == settings().twilio_number:
        raise ValueError("is the support line's own number: it would ring itself")
    return number


Phone = Annotated[str, AfterValidator(_phone)]
StaffPhone = Annotated[str, AfterValidator(_staff_phone)]


class TargetIn(Given):
    """How soon: in seconds round the clock, or in business days."""

    within: int | None = Field(default=None, ge=60, le=31_536_000)
    business_days: int | None = Field(default=None, ge=1, le=250)
    warn: float | None = Field(default=None, gt=0, lt=1, description="Share after which to warn.")

    @model_validator(mode="after")
    def _is_one(self) -> "TargetIn":
        if (self.within is None) == (self.business_days is None):
            raise ValueError("either within (seconds) or business_days")
        return self


class SeverityTargetsIn(Given):
    response: TargetIn | None = None
    resolution: TargetIn | None = None
    missed: Literal["page", "mail"] | None = None


class ContractIn(Given):
    """What is promised to one customer."""

    critical: SeverityTargetsIn | None = None
    major: SeverityTargetsIn | None = None
    minor: SeverityTargetsIn | None = None


class TargetsIn(ContractIn):
    escalation: TargetIn | None = None
    reminder: TargetIn | None = None
    closing: TargetIn | None = None
    reopen_days: int | None = Field(default=None, ge=1, le=3650)
    feedback_days: int | None = Field(default=None, ge=1, le=3650)


class BusinessHoursIn(Given):
    opens: Minute = "09:00"
    closes: Minute = "17:00"
    days: list[Annotated[int, Field(ge=0, le=6)]] = Field(
        default=[0, 1, 2, 3, 4], min_length=1, description="0 is Monday."
    )

    @model_validator(mode="after")
    def _closes_after_it_opens(self) -> "BusinessHoursIn":
        if self.closes <= self.opens:
            raise ValueError("closes must be later than opens")
        return self


class OrganizationIn(Given):
    name: Name
    time_zone: Zone = "America/Toronto"
    holidays: str = Field(default="CA-ON", pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")
    languages: list[Language] = Field(default=LANGUAGES, min_length=1)
    business_hours: BusinessHoursIn | None = None
    targets: TargetsIn | None = None


class ContactIn(Given):
    name: Name
    phone: Phone | None = None
    email: Email | None = None
    language: Language | None = None

    @model_validator(mode="after")
    def _can_be_found(self) -> "ContactIn":
        if not self.phone and not self.email:
            raise ValueError("a contact needs a phone or an e-mail")
        return self


class CustomerIn(Given):
    name: Name
    pin: str | None = Field(default=None, pattern=r"^[0-9]{6}$", description="Six digits.")
    targets: ContractIn | None = None
    contacts: list[ContactIn] = []


class QuietIn(Given):
    """Hours in which only what is critical rings. They may go over midnight."""

    begin: Minute = Field(alias="from")
    until: Minute


class StaffIn(Given):
    name: Name
    email: Email
    phone: StaffPhone | None = None
    phones: list[StaffPhone] | None = Field(
        default=None, max_length=5, description="Several, in the order in which they are rung."
    )
    role: Role = Role.TECHNICIAN
    language: Language = "en-CA"
    time_zone: Zone | None = Field(default=None, description="None: the organization's.")
    text_first: int = Field(
        default=0, ge=0, le=60, description="Seconds between the text and the ring; 0: both at once"
    )
    second_phone_after: int | None = Field(
        default=None, ge=0, le=60, description="Seconds after which the next phone rings as well."
    )
    quiet: QuietIn | None = None
    pin: str | None = Field(
        default=None,
        pattern=r"^[0-9]{6}$",
        description="Six digits: the staff PIN, of which only a hash is kept.",
    )

    @model_validator(mode="after")
    def _one_way_of_giving_phones(self) -> "StaffIn":
        if {"phone", "phones"} <= self.model_fields_set:
            raise ValueError("either phone or phones")
        return self

    def told(self) -> dict[str, Any]:
        """What the file says of them: the rest is kept as it is."""
        given = self.model_fields_set & {"time_zone", "text_first", "second_phone_after"}
        told = self.model_dump(include={"name", "role", "language", *given})
        if "quiet" in self.model_fields_set:
            quiet = self.quiet
            told["quiet_from"] = quiet.begin if quiet else None
            told["quiet_until"] = quiet.until if quiet else None
        return told


class OnCallIn(Given):
    level_1: list[Email] | None = None
    level_2: list[Email] | None = None


class TeamIn(Given):
    name: Name
    members: list[Email] = []


class RuleIn(Given):
    """A ticket that has all of what is given goes to the team."""

    team: Name
    customer: Name | None = None
    severity: Literal["critical", "major", "minor"] | None = None
    category: Name | None = None
    words: list[Name] = Field(default=[], description="Any of them in the title.")


class CannedReplyIn(Given):
    name: Name
    language: Language
    text: str = Field(min_length=1, max_length=10_000)


class TicketIn(Given):
    number: str = Field(pattern=r"^[0-9]{1,12}$", description="Digits, kept as they are.")
    customer: str | None = None
    contact: Email | None = Field(default=None, description="The contact's e-mail.")
    title: Name
    description: str = Field(default="", max_length=20_000)
    severity: Literal["critical", "major", "minor"] = "minor"

    @field_validator("number")
    @classmethod
    def _is_a_number(cls, given: str) -> str:
        if not given.strip("0"):
            raise ValueError("must not be zero: 0 is keyed by callers without a ticket")
        return given


class ImportFile(Given):
    """One file with any of these keys."""

    organization: OrganizationIn | None = None
    customers: list[CustomerIn] = []
    staff: list[StaffIn] = []
    on_call: OnCallIn | None = None
    policy: PolicyIn | None = None
    policies: list[NamedPolicyIn] | None = None
    teams: list[TeamIn] = []
    assignment: list[RuleIn] | None = None
    canned_replies: list[CannedReplyIn] = []
    rotas: list[RotaIn] = []
    absences: list[AbsenceIn] | None = None
    tickets: list[TicketIn] = []

    def levels(self) -> dict[int, list[str]]:
        """Who is on call, for the levels that the file names."""
        if self.on_call is None:
            return {}
        given = {1: self.on_call.level_1, 2: self.on_call.level_2}
        return {level: emails for level, emails in given.items() if emails is not None}
