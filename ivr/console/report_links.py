"""Where a figure of the reports leads: the same period, team and customer in every URL.

A page has hundreds of them, so they are put together here; url_for would take half of its time.
"""

from datetime import date
from functools import cached_property
from urllib.parse import quote_plus

from flask import url_for

from ivr.models import Customer, Team
from ivr.services.reports.periods import Period

Value = str | int | None


class Links:
    def __init__(self, period: Period, team: Team | None, customer: Customer | None) -> None:
        self.period = period
        self.kept: dict[str, Value] = {
            "team": team.id if team else None,
            "customer": customer.name if customer else None,
        }

        self._behind = dict[date | None, str]()
        """What every URL of a part of the period ends with."""

    @cached_property
    def root(self) -> str:
        return url_for("console.reports")

    def days(self, first: date | None = None, last: date | None = None) -> dict[str, Value]:
        """The period as it stands in a URL, or a part of it."""
        if first is None and self.period.name:
            return {"period": self.period.name}
        found = {"from": first or self.period.first, "to": last or self.period.last}
        return {name: day.isoformat() for name, day in found.items()}

    def _to(self, path: str, values: dict[str, Value]) -> str:
        """The path, with what is kept and with these."""
        given = "&".join(
            f"{name}={quote_plus(str(value))}"
            for name, value in (self.kept | values).items()
            if value is not None
        )
        return f"{self.root}{path}?{given}"

    def here(self, **other: Value) -> str:
        """The report, with something else than now."""
        return self._to("", self.days() | other)

    def all(self) -> str:
        """Of all teams and customers."""
        return self.here(team=None, customer=None)

    def of(self, period: str) -> str:
        return self._to("", {"period": period})

    def file(self, table: str) -> str:
        return self._to(f"/{table}.csv", self.days())

    def behind(self, figure: str, key: str = "", part: date | None = None, **more: Value) -> str:
        """The tickets behind a figure, of the period or of one of its parts."""
        if part not in self._behind:
            days = self.days(*self.period.within(part)) if part else self.days()
            self._behind[part] = self._to("", days).partition("?")[2]
        found = f"{self.root}/{figure}/tickets?{self._behind[part]}"
        found += f"&key={key}" if key else ""
        return found + "".join(f"&{name}={quote_plus(str(one))}" for name, one in more.items())
