"""Outgoing webhooks, and the log of what was delivered to them."""

import sqlalchemy as sa
from alembic import op

import ivr.database

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = ivr.database.Utc(timezone=True)


def _only(name: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(
        name, "deliveries", columns, unique=unique, sqlite_where=where, postgresql_where=where
    )


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("secret_before", sa.String(), nullable=True),
        sa.Column("secret_before_until", MOMENT, nullable=True),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("stopped", sa.String(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("rests_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
        sa.UniqueConstraint("name", name=op.f("uq_webhooks_name")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("order_key", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("urged_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(state in ('due', 'sending')) = (due_at is not null)",
            name=op.f("ck_deliveries_due"),
        ),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name=op.f("fk_deliveries_webhook_id_webhooks")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("key", name=op.f("uq_deliveries_key")),
    )
    of_key = ["webhook_id", "order_key"]
    _only("ix_deliveries_due", ["due_at"], "due_at is not null")
    _only("ix_deliveries_waiting", [*of_key, "id"], "due_at is not null")
    _only("ix_deliveries_dead", ["webhook_id", "id"], "state = 'dead'")
    op.create_index("ix_deliveries_webhook_id_id", "deliveries", ["webhook_id", "id"])
    _only("uq_deliveries_sequence", [*of_key, "sequence"], "sequence is not null", unique=True)


def downgrade() -> None:
    op.drop_table("deliveries")
    op.drop_table("webhooks")
