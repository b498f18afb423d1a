"""Clocks and pauses of tickets, targets as data; mail with HTML and threads."""

import sqlalchemy as sa
from alembic import op

import ivr.database

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON_COLUMNS = (
    ("organization", "business_hours", "{}"),
    ("organization", "targets", "{}"),
    ("customers", "targets", "{}"),
    ("messages", "references", "[]"),
)
"""With what the rows that are there get. Plain ADD and DROP COLUMN, which both databases know:
SQLite would otherwise copy the table, and with it lose what refers to it.
"""
OLD_CLOCKS = """
    insert into clocks (ticket_id, kind, started_at, warn_at, ends_at, due_at,
                        warned_at, missed_at, met_at)
    select id, 'response', opened_at, null, respond_by,
           case when responded_at is null and resolved_at is null then respond_by end,
           null, null, coalesce(responded_at, resolved_at)
    from tickets
"""
OLD_RESOLUTIONS = """
    insert into clocks (ticket_id, kind, started_at, warn_at, ends_at, due_at,
                        warned_at, missed_at, met_at)
    select id, 'resolution', opened_at, null, null, null, null, null, resolved_at from tickets
"""
"""A resolution that was never promised is not late now: it runs from the next change on."""


def upgrade() -> None:
    op.create_table(
        "clocks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("started_at", ivr.database.Utc(timezone=True), nullable=False),
        sa.Column("warn_at", ivr.database.Utc(timezone=True), nullable=True),
        sa.Column("ends_at", ivr.database.Utc(timezone=True), nullable=True),
        sa.Column("due_at", ivr.database.Utc(timezone=True), nullable=True),
        sa.Column("warned_at", ivr.database.Utc(timezone=True), nullable=True),
        sa.Column("missed_at", ivr.database.Utc(timezone=True), nullable=True),
        sa.Column("met_at", ivr.database.Utc(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_clocks_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clocks")),
        sa.UniqueConstraint("ticket_id", "kind", name=op.f("uq_clocks_ticket_id_kind")),
    )
    op.create_index(
        "ix_clocks_due",
        "clocks",
        ["due_at"],
        sqlite_where=sa.text("due_at is not null"),
        postgresql_where=sa.text("due_at is not null"),
    )
    op.create_table(
        "pauses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("began_at", ivr.database.Utc(timezone=True), nullable=False),
        sa.Column("ended_at", ivr.database.Utc(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_pauses_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
    )
    op.create_index(op.f("ix_pauses_ticket_id"), "pauses", ["ticket_id"])
    op.create_index(
        "uq_pauses_open_ticket",
        "pauses",
        ["ticket_id"],
        unique=True,
        sqlite_where=sa.text("ended_at is null"),
        postgresql_where=sa.text("ended_at is null"),
    )
    op.execute(OLD_CLOCKS)
    op.execute(OLD_RESOLUTIONS)
    op.execute("alter table tickets drop column respond_by")
    op.execute("alter table tickets drop column responded_at")
    for table, name, value in JSON_COLUMNS:
        op.execute(f"""alter table {table} add column "{name}" json default '{value}' not null""")
    op.execute("alter table messages add column html varchar")
    op.execute("alter table messages add column message_id varchar")
    op.create_index("uq_messages_message_id", "messages", ["message_id"], unique=True)
    op.execute("alter table messages add column by_hand boolean default false not null")


def downgrade() -> None:
    op.drop_index("uq_messages_message_id", "messages")
    for name in ("by_hand", "message_id", "html"):
        op.execute(f"alter table messages drop column {name}")
    for table, name, _value in JSON_COLUMNS:
        op.execute(f'alter table {table} drop column "{name}"')
    op.execute("alter table tickets add column responded_at timestamp with time zone")
    op.execute("alter table tickets add column respond_by timestamp with time zone")
    op.drop_table("pauses")
    op.drop_table("clocks")
