"""What was answered to the writes of the API, so that one that is sent again is done once (IETF
draft-ietf-httpapi-idempotency-key-header). Answers are kept for a day.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ivr.models import ApiAnswer

KEPT_FOR = timedelta(days=1)
LONGEST_KEY = 255


class OtherRequestError(Exception):
    """The key was used for something else."""


def given(db: Session, token_id: int, key: str, request: str) -> ApiAnswer | None:
    """The answer that was given to this very request."""
    of = (ApiAnswer.token_id == token_id, ApiAnswer.key == key)
    found = db.scalar(select(ApiAnswer).where(*of))
    if found and found.request != request:
        raise OtherRequestError
    return found


def keep(db: Session, now: datetime, answer: ApiAnswer) -> None:
    """In the transaction of the write. Two at once: the second one breaks on the key, writes
    nothing, and finds the answer of the first when it tries again.
    """
    db.execute(delete(ApiAnswer).where(ApiAnswer.at < now - KEPT_FOR))
    db.add(answer)
    db.flush()
