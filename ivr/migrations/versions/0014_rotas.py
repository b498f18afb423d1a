"""Rotas are looked at: who is told of a hand-over and how, what was told of."""

import sqlalchemy as sa
from alembic import op

from ivr.database import Utc

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table technicians add column hand_over varchar default 'mail' not null")
    op.add_column("rotas", sa.Column("told", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("rotas", sa.Column("looked_at", Utc(timezone=True), nullable=True))
    op.execute("update rotas set due_at = current_timestamp")


def downgrade() -> None:
    op.drop_column("rotas", "looked_at")
    op.drop_column("rotas", "told")
    op.drop_column("technicians", "hand_over")
