"""Rotas are looked at: who is told of a hand-over and how, what was told of, secret feeds."""

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
    op.create_table(
        "feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=True),
        sa.Column("rota_id", sa.Integer(), nullable=True),
        sa.Column("made_at", Utc(timezone=True), nullable=False),
        sa.Column("ended_at", Utc(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(technician_id is null) <> (rota_id is null)", name=op.f("ck_feeds_of_one")
        ),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["technicians.id"], name=op.f("fk_feeds_technician_id_technicians")
        ),
        sa.ForeignKeyConstraint(["rota_id"], ["rotas.id"], name=op.f("fk_feeds_rota_id_rotas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feeds_token_hash")),
    )
    op.create_index(op.f("ix_feeds_technician_id"), "feeds", ["technician_id"])
    op.create_index(op.f("ix_feeds_rota_id"), "feeds", ["rota_id"])


def downgrade() -> None:
    op.drop_table("feeds")
    op.drop_column("rotas", "looked_at")
    op.drop_column("rotas", "told")
    op.drop_column("technicians", "hand_over")
