"""The policies of an import file: what they name is looked up, and their rows are written."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Customer, Policy, Rota, Team, Technician, Webhook
from ivr.models.policy import DEFAULT
from ivr.services.imports.import_file import ImportFile
from ivr.services.imports.import_policy import LevelIn, NamedPolicyIn, PolicyIn
from ivr.services.on_call import rotas
from ivr.services.paging import policies

TOLD = {
    "rota": "there is no rota {!r}",
    "person": "nobody on the staff has the e-mail {}",
    "team": "there is no team {!r}",
    "webhook": "there is no webhook {!r}",
    "customer": "there is no customer {!r}",
}


@dataclass
class PolicyFile:
    db: Session
    file: ImportFile

    def _given(self) -> Iterator[tuple[str, PolicyIn]]:
        if self.file.policy:
            yield "policy", self.file.policy
        for at, policy in enumerate(self.file.policies or []):
            yield f"policies[{at}]", policy

    # What is named ------------------------------------------------------------------------------

    @cached_property
    def _ids(self) -> dict[str, dict[str, int]]:
        """By kind and name."""
        known: dict[str, Any] = {
            "rota": (Rota, Rota.name),
            "person": (Technician, Technician.email),
            "team": (Team, Team.name),
            "customer": (Customer, Customer.name),
            "webhook": (Webhook, Webhook.name),
        }
        return {
            kind: {row[0]: row[1] for row in self.db.execute(select(column, table.id))}
            for kind, (table, column) in known.items()
        }

    def unknown(self) -> Iterator[str]:
        """What is wrong with what the policies name, before anything is written."""
        file = self.file
        coming = {
            "rota": {f"Level {level}" for level in (*file.levels(), *self._lists())}
            | {one.name for one in getattr(file, "rotas", None) or []},
            "person": {one.email for one in file.staff},
            "team": {one.name for one in file.teams},
            "customer": {one.name for one in file.customers},
        }
        for place, kind, name in self._names():
            known = self._ids.get(kind, {}).keys() | coming.get(kind, set())
            if kind != "mail" and name not in known:
                yield f"{place}: {TOLD[kind].format(name)}"
        self.__dict__.pop("_ids", None)  # read again when what is coming has come
        yield from self._twice()

    def _lists(self) -> set[int]:
        """Levels without targets of their own: the lists of on_call."""
        levels = [level for _, policy in self._given() for level in policy.levels]
        return {one.level for one in levels if one.who is None and one.mail is None}

    def _names(self) -> Iterator[tuple[str, str, str]]:
        for place, policy in self._given():
            if isinstance(policy, NamedPolicyIn):
                for kind, name in (("customer", policy.customer), ("team", policy.team)):
                    if name is not None:
                        yield f"{place}.{kind}", kind, name
            for level, one in enumerate(policy.levels):
                for at, target in enumerate(one.who or []):
                    kind, name = target.named()
                    yield f"{place}.levels[{level}].who[{at}].{kind}", kind, name

    def _twice(self) -> Iterator[str]:
        default = self.db.get(Policy, DEFAULT)
        seen = {default.name if default else "Default"}
        for at, policy in enumerate(self.file.policies or []):
            if policy.name in seen:
                yield f"policies[{at}].name: there is a policy {policy.name!r} already"
            seen.add(policy.name)

    # Rows ---------------------------------------------------------------------------------------

    def default(self) -> Policy | None:
        """The policy that fits every ticket, as the file has it; None where it says nothing."""
        row = self.db.get(Policy, DEFAULT)
        if self.file.policy is None and (row or not self.file.levels()):
            return None
        given = self.file.policy
        levels = self._levels(given.levels) if given else self._first()
        return self._put(row or Policy(id=DEFAULT, name="Default"), levels=levels)

    def _first(self) -> list[dict[str, Any]]:
        return [one | {"who": self._list(one["level"])} for one in policies.LEVELS]

    def named(self) -> Iterator[Policy]:
        """The others, in order."""
        rows = {one.name: one for one in self.db.scalars(select(Policy))}
        for position, given in enumerate(self.file.policies or [], 1):
            yield self._put(
                rows.get(given.name) or policies.new(self.db, given.name),
                position=position,
                customer_id=self._id("customer", given.customer),
                team_id=self._id("team", given.team),
                severity=given.severity,
                hours=given.hours,
                levels=self._levels(given.levels),
            )

    def remove_others(self) -> int:
        """A list replaces the one before it whole. Returns how many are gone."""
        if self.file.policies is None:
            return 0
        kept = {one.name for one in self.file.policies}
        gone = [
            one
            for one in self.db.scalars(select(Policy).where(Policy.id != DEFAULT))
            if one.name not in kept
        ]
        for one in gone:
            self.db.delete(one)
        return len(gone)

    def _put(self, row: Policy, **values: Any) -> Policy:
        """Set what differs, so that an unchanged row stays unchanged."""
        for name, value in values.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
        self.db.add(row)
        return row

    def _id(self, kind: str, name: str | None) -> int | None:
        return self._ids[kind][name] if name is not None else None

    def _levels(self, given: list[LevelIn]) -> list[dict[str, Any]]:
        return [self._level(one) for one in given]

    def _level(self, given: LevelIn) -> dict[str, Any]:
        level = given.model_dump(exclude_none=True, exclude={"who"})
        return level if given.mail else level | {"who": self._who(given)}

    def _who(self, given: LevelIn) -> list[dict[str, Any]]:
        if given.who is None:
            return self._list(given.level)
        named = [one.named() for one in given.who]
        return [{kind: name if kind == "mail" else self._ids[kind][name]} for kind, name in named]

    def _list(self, level: int) -> list[dict[str, Any]]:
        """The list of the level that `on_call` names."""
        return [{"rota": rotas.named(self.db, f"Level {level}").id}]
