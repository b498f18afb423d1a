"""The staff line: a PIN for each of us, the wrong ones, and whose call it is."""

import sqlalchemy as sa
from alembic import op

from ivr.database import Utc

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("technicians", sa.Column("pin_hash", sa.String(), nullable=True))
    op.execute(
        "alter table calls add column technician_id integer"
        " constraint fk_calls_technician_id_technicians references technicians (id)"
    )
    op.create_table(
        "wrong_pins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("at", Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["technician_id"],
            ["technicians.id"],
            name=op.f("fk_wrong_pins_technician_id_technicians"),
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_wrong_pins_call_id_calls")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_pins")),
    )
    op.create_index("ix_wrong_pins_technician_id_at", "wrong_pins", ["technician_id", "at"])


def downgrade() -> None:
    op.drop_table("wrong_pins")
    op.execute("alter table calls drop column technician_id")
    op.execute("alter table technicians drop column pin_hash")
