"""A rota of three who take a week each, on a clock that stands still, for the tests of its pages."""

from datetime import UTC, datetime

from ivr.database import reading, transaction
from ivr.models import Technician
from ivr.services.on_call import layers, rotas
from ivr.services.on_call.layers import Wanted

NOW = datetime(2026, 11, 26, 15, 20, tzinfo=UTC)
"""Thursday, 10:20 in Toronto."""
WEEKLY = {"name": "Weekly", "starts": "2026-11-02T09:00", "unit": "weeks", "every": "1"}


def person(name: str) -> str:
    with reading() as db:
        return str(db.query(Technician).filter_by(name=name).one().id)


def voice(*people: str) -> int:
    """A rota named Voice; these take a week each from Monday, 2 November, on."""
    with transaction() as db:
        rota = rotas.create(db, NOW, "Voice", "America/Toronto")
        turns = [[int(person(one))] for one in people or ("Bo", "Cy", "Didi")]
        layers.add(db, NOW, rota, Wanted("Weekly", turns, "2026-11-02T09:00"))
        return rota.id
