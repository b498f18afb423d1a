"""The second step of signing in: a code of an authenticator (TOTP, RFC 6238), or a recovery code.

A code is good once, within half a minute of its own; a recovery code stands in once for one.
"""

import base64
import hmac
import re
import secrets
from datetime import datetime

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from ivr.database import changed
from ivr.models import Account, RecoveryCode
from ivr.services.staff.accounts import account
from ivr.services.staff.sign_ins import digest

STEP = 30
EITHER_SIDE = 1
"""Steps that a clock may be wrong by."""
RECOVERY_CODES = 10
DIGITS = 6


def new_secret() -> str:
    import pyotp

    return str(pyotp.random_base32())


def address(secret: str, name: str, organization: str) -> str:
    """What an authenticator reads from the picture."""
    import pyotp

    return str(pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=organization))


def picture(told: str) -> str:
    """A QR code as an SVG for a page, dark on light whatever the page is."""
    import segno

    drawn = segno.make(told, error="m", micro=False)
    return str(drawn.svg_inline(scale=6, border=4, dark="#17211f", light="#fff", omitsize=True))


def step_of(secret: str, now: datetime, given: str) -> int | None:
    """The time step that this is the code of."""
    import pyotp

    code = re.sub(r"\s", "", given)
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", code):
        return None
    current = int(now.timestamp()) // STEP
    for step in range(current - EITHER_SIDE, current + EITHER_SIDE + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step), code):
            return step
    return None


def begin(db: Session, technician_id: int, secret: str, step: int) -> list[str]:
    """They have shown that they have the secret. Returns the recovery codes, to be shown once."""
    theirs = account(db, technician_id)
    theirs.totp_secret, theirs.totp_step = secret, step
    return new_recovery_codes(db, technician_id)


def end(db: Session, technician_id: int) -> None:
    theirs = account(db, technician_id)
    theirs.totp_secret = theirs.totp_step = None
    db.execute(delete(RecoveryCode).where(RecoveryCode.technician_id == technician_id))


def new_recovery_codes(db: Session, technician_id: int) -> list[str]:
    """The earlier ones are good no more."""
    db.execute(delete(RecoveryCode).where(RecoveryCode.technician_id == technician_id))
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    db.add_all(
        RecoveryCode(technician_id=technician_id, code_hash=digest(_bare(code))) for code in codes
    )
    return codes


def _recovery_code() -> str:
    """abcd-efgh-ijkl-mnop: 80 bits, so that a plain hash keeps it."""
    drawn = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(drawn[at : at + 4] for at in range(0, len(drawn), 4))


def _bare(code: str) -> str:
    return re.sub(r"[^a-z0-9]", "", code.lower())


def use(db: Session, now: datetime, technician_id: int, given: str) -> bool:
    """Whether this is a code of theirs that was not used before; it is used up by that."""
    theirs = db.get(Account, technician_id)
    if theirs is None or theirs.totp_secret is None:
        return False
    step = step_of(theirs.totp_secret, now, given)
    if step is None:
        return _use_recovery_code(db, now, technician_id, given)
    newer = or_(Account.totp_step.is_(None), Account.totp_step < step)
    used = update(Account).where(Account.technician_id == technician_id, newer)
    return changed(db, used.values(totp_step=step).execution_options(synchronize_session=False))


def _use_recovery_code(db: Session, now: datetime, technician_id: int, given: str) -> bool:
    good = (
        RecoveryCode.technician_id == technician_id,
        RecoveryCode.code_hash == digest(_bare(given)),
        RecoveryCode.used_at.is_(None),
    )
    used = update(RecoveryCode).where(*good).values(used_at=now)
    return changed(db, used.execution_options(synchronize_session=False))
