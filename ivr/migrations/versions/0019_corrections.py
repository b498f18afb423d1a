"""Corrections of transcripts; what was heard at first is kept in them."""

import sqlalchemy as sa
from alembic import op

from ivr.database import Utc

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("was", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name="fk_corrections_recording_id_recordings"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
    )
    op.create_index("ix_corrections_recording_id", "corrections", ["recording_id"])


def downgrade() -> None:
    op.drop_table("corrections")
