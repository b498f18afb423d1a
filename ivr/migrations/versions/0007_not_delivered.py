"""Files that go out with a mail; what is not delivered or not read, found at once."""

import sqlalchemy as sa
from alembic import op

import ivr.database

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "alter table messages add column entry_id integer"
        " constraint fk_messages_entry_id_entries references entries (id)"
    )
    op.add_column("messages", sa.Column("urged_at", ivr.database.Utc(timezone=True), nullable=True))
    for name, table, where in (
        ("ix_messages_dead", "messages", sa.text("state = 'dead'")),
        ("ix_mails_failed", "mails", sa.text("outcome = 'failed'")),
    ):
        op.create_index(name, table, ["id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_mails_failed", "mails")
    op.drop_index("ix_messages_dead", "messages")
    op.drop_column("messages", "urged_at")
    op.execute("alter table messages drop column entry_id")
