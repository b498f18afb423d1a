"""What the reports count, and what they look it up by."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from ivr.database import Utc

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

COUNTED = (
    ("customer_id", sa.Integer()),
    ("team_id", sa.Integer()),
    ("severity", sa.String()),
    ("level", sa.Integer()),
    ("technician_id", sa.Integer()),
    ("hour", sa.Integer()),
    ("seconds", sa.Integer()),
)


def _counted() -> list[sa.Column[Any]]:
    return [sa.Column(name, type_, nullable=True) for name, type_ in COUNTED]


def upgrade() -> None:
    op.create_table(
        "facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("call_id", sa.Integer(), nullable=True),
        *_counted(),
        sa.PrimaryKeyConstraint("id", name="pk_facts"),
    )
    op.create_index("ix_facts_day_what", "facts", ["day", "what"])
    op.create_index("ix_facts_what_key_day_id", "facts", ["what", "key", "day", "id"])
    op.create_index("ix_facts_customer_id_what_day", "facts", ["customer_id", "what", "day"])
    op.create_index("ix_facts_ticket_id", "facts", ["ticket_id"])
    op.create_table(
        "figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("span", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("week", sa.Date(), nullable=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        *_counted(),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_figures"),
    )
    op.create_index("ix_figures_span_what_first", "figures", ["span", "what", "first"])
    op.create_table(
        "reckonings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("due_at", Utc(), nullable=True),
        sa.Column("done_at", Utc(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reckonings"),
        sa.UniqueConstraint("name", name="uq_reckonings_name"),
    )
    op.create_index(
        "ix_reckonings_due",
        "reckonings",
        ["due_at"],
        sqlite_where=sa.text("due_at is not null"),
        postgresql_where=sa.text("due_at is not null"),
    )
    op.create_index("ix_entries_at", "entries", ["at"])
    op.create_index("ix_tickets_customer_id_opened_at", "tickets", ["customer_id", "opened_at"])


def downgrade() -> None:
    op.drop_index("ix_tickets_customer_id_opened_at", "tickets")
    op.drop_index("ix_entries_at", "entries")
    for table in ("reckonings", "figures", "facts"):
        op.drop_table(table)
