"""The canary, its tickets, and the checks of the readiness page."""

import sqlalchemy as sa
from alembic import op

import ivr.database

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table tickets add column canary boolean default false not null")
    op.create_table(
        "canaries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_at", ivr.database.Utc(timezone=True), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("sid", sa.String(), nullable=True),
        sa.Column("started_at", ivr.database.Utc(timezone=True), nullable=True),
        sa.Column("placed_at", ivr.database.Utc(timezone=True), nullable=True),
        sa.Column("ended_at", ivr.database.Utc(timezone=True), nullable=True),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("missing", sa.String(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_canaries_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canaries")),
        sa.UniqueConstraint("key", name=op.f("uq_canaries_key")),
    )
    op.create_index(
        "ix_canaries_due",
        "canaries",
        ["due_at"],
        sqlite_where=sa.text("due_at is not null"),
        postgresql_where=sa.text("due_at is not null"),
    )
    op.create_table(
        "checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("since", ivr.database.Utc(timezone=True), nullable=False),
        sa.Column("at", ivr.database.Utc(timezone=True), nullable=True),
        sa.Column("due_at", ivr.database.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks")),
        sa.UniqueConstraint("name", name=op.f("uq_checks_name")),
    )
    op.create_index(
        "ix_checks_due",
        "checks",
        ["due_at"],
        sqlite_where=sa.text("due_at is not null"),
        postgresql_where=sa.text("due_at is not null"),
    )


def downgrade() -> None:
    op.drop_table("checks")
    op.drop_table("canaries")
    op.execute("alter table tickets drop column canary")
