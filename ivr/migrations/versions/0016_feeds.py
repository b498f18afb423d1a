"""Secret addresses under which calendars are read."""

import sqlalchemy as sa
from alembic import op

from ivr.database import Utc

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("rota_id", sa.Integer(), nullable=True),
        sa.Column("technician_id", sa.Integer(), nullable=True),
        sa.Column("made_at", Utc(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(rota_id is null) != (technician_id is null)", name=op.f("ck_feeds_whose")
        ),
        sa.ForeignKeyConstraint(["rota_id"], ["rotas.id"], name=op.f("fk_feeds_rota_id_rotas")),
        sa.ForeignKeyConstraint(
            ["technician_id"], ["technicians.id"], name=op.f("fk_feeds_technician_id_technicians")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feeds_token_hash")),
        sa.UniqueConstraint("rota_id", name=op.f("uq_feeds_rota_id")),
        sa.UniqueConstraint("technician_id", name=op.f("uq_feeds_technician_id")),
    )


def downgrade() -> None:
    op.drop_table("feeds")
