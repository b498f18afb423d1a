"""The few lines that are of no ticket and no call, by index: an erasure reads them all."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

LIFELINE = sa.text("kind = 'lifeline'")


def upgrade() -> None:
    op.create_index(
        "ix_entries_lifeline", "entries", ["id"], sqlite_where=LIFELINE, postgresql_where=LIFELINE
    )


def downgrade() -> None:
    op.drop_index("ix_entries_lifeline", "entries")
