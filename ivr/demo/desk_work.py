"""What our people do beside the tickets in the month: sign in, take lists away, keep views, let
programs in.
"""

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ivr.models import (
    Act,
    ApiToken,
    Delivery,
    DeliveryState,
    SavedView,
    Technician,
    Webhook,
    WebhookForm,
)
from ivr.services import audit
from ivr.services.staff.sign_ins import digest
from ivr.services.staff.tokens import Scope
from ivr.services.webhooks import events

if TYPE_CHECKING:
    from ivr.demo.world import World

A_DAY = timedelta(days=1)
TOKENS = (
    ("Wallboard", (Scope.TICKETS_READ, Scope.PAGES_READ), 4, False),
    ("Invoicing", (Scope.TICKETS_READ, Scope.REPORTS_READ), 11, False),
    ("Old chat bot", (Scope.TICKETS_READ, Scope.TICKETS_WRITE), 2, True),
)
VIEWS = (
    ("Critical ones", "status=unresolved&severity=critical"),
    ("Their move", "status=waiting"),
)
BY = "Mo Tremblay"


def is_done(world: "World") -> None:
    for day in range((world.until - world.begin).days):
        _signs_in(world, world.begin + day * A_DAY)
    _takes_away(world)
    _lets_programs_in(world)
    _is_told(world)
    by = next(one for one in world.staff.values() if one.name == BY)
    for name, query in VIEWS:
        made = SavedView(owner=by, name=name, query=query, shared=True, made_at=world.begin + A_DAY)
        world.db.add(made)


def _signs_in(world: "World", day: datetime) -> None:
    """In the morning, most of them; now and then with a password that is wrong at first."""
    chance, zone = world.chance, ZoneInfo(world.ours.time_zone)
    eight = datetime.combine(day.astimezone(zone).date(), time(8), zone).astimezone(UTC)
    for one in world.staff.values():
        at = eight + timedelta(minutes=chance.uniform(0, 100))
        weekend = at.astimezone(zone).weekday() > 4
        if at < world.begin or at > world.until or chance.random() < (0.9 if weekend else 0.35):
            continue
        about = f"person-{one.id}"
        if world.now_and_then("wrong password", 20):
            _did(world, at - timedelta(seconds=30), "", about, audit.Kind.SIGN_IN_FAILED,
                 wrong="password")  # fmt: skip
        _did(world, at, one.name, about, audit.Kind.SIGNED_IN)
        if chance.random() < 0.4:
            out = min(at + timedelta(hours=chance.uniform(7, 9)), world.until)
            _did(world, out, one.name, about, audit.Kind.SIGNED_OUT)


def _did(
    world: "World", at: datetime, by: str, about: str, kind: audit.Kind, **data: object
) -> None:
    world.audit(at, by, Act.DID, about, kind, **data)


def _takes_away(world: "World") -> None:
    """Lists and figures, on Mondays; the audit once."""
    at = world.begin + timedelta(days=(7 - world.begin.weekday()) % 7, hours=2)
    while at < world.until:
        world.audit(at, BY, Act.TOOK, "calls", audit.Kind.CALLS_TAKEN, filters=["from", "to"])
        span = {"first": str((at - 7 * A_DAY).date()), "last": str((at - A_DAY).date())}
        world.audit(at + timedelta(minutes=3), BY, Act.TOOK, "report-weeks", audit.Kind.REPORT,
                    table="weeks", **span)  # fmt: skip
        at += 7 * A_DAY
    told = {"what": "audit", "filter": {"since": f"{world.begin.date()}"}}
    world.audit(world.until - 2 * A_DAY, BY, Act.TOOK, "audit", audit.Kind.EXPORTED, **told)


# Programs -----------------------------------------------------------------------------------------


def _lets_programs_in(world: "World") -> None:
    owner = next(one for one in world.staff.values() if one.name == BY)
    for name, scopes, after, revoked in TOKENS:
        at = world.begin + after * A_DAY
        _has_token(world, at, owner, name, scopes, revoked=revoked)


def _has_token(
    world: "World", at: datetime, owner: Technician, name: str, scopes: tuple[Scope, ...], *,
    revoked: bool,
) -> None:  # fmt: skip
    over = at + 9 * A_DAY if revoked else None
    used = over or world.until - timedelta(minutes=world.chance.randrange(2, 50))
    world.rows.add(
        ApiToken, technician_id=owner.id, name=name, token_hash=digest(world.opaque()),
        scopes=sorted(scopes), made_at=at, expires_at=at + 90 * A_DAY,
        used_at=used.replace(second=0, microsecond=0), revoked_at=over,
    )  # fmt: skip
    about, told = f"person-{owner.id}", {"name": name, "scopes": ", ".join(sorted(scopes))}
    world.audit(at, BY, Act.CHANGED, about, audit.Kind.TOKEN_MADE, **told)
    if over:
        world.audit(over, BY, Act.CHANGED, about, audit.Kind.TOKEN_REVOKED, name=name)


def _is_told(world: "World") -> None:
    """A webhook of a chat, which has not answered since: nothing is sent by it when this runs."""
    at = world.begin + 6 * A_DAY
    webhook = world.rows.add(
        Webhook, name="Night chat", url="https://chat.example/hooks/night",
        secret=f"whsec_{world.opaque()}", form=WebhookForm.SLACK, events=[events.OPENED],
        active=False, stopped="it could not be reached for a day", made_at=at,
    )  # fmt: skip
    told = {"name": webhook["name"], "host": "chat.example"}
    world.audit(at, BY, Act.CHANGED, ("webhook-", webhook), audit.Kind.WEBHOOK_MADE, **told)
    for nth, state in enumerate((DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.DISMISSED)):
        _delivery(world, at + (nth + 1) * A_DAY, webhook, state)


def _delivery(world: "World", at: datetime, webhook: object, state: DeliveryState) -> None:
    sent, data = state == DeliveryState.SENT, {"ticket": "4411", "level": 1}
    world.rows.add(
        Delivery, webhook_id=webhook, key=f"msg_{world.opaque()}", event=events.OPENED,
        order_key="4411", sequence=None, data=data,
        state=state, tries=1 if sent else 12, made_at=at, sent_at=at if sent else None,
        code=200 if sent else None, cause=None if sent else "could not connect in time",
    )  # fmt: skip
