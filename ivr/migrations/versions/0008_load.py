"""What each of us has to do is counted by index, however many tickets are closed."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_tickets_assignee_id_status", "tickets", ["assignee_id", "status"])
    op.drop_index("ix_tickets_assignee_id", "tickets")


def downgrade() -> None:
    op.create_index("ix_tickets_assignee_id", "tickets", ["assignee_id"])
    op.drop_index("ix_tickets_assignee_id_status", "tickets")
