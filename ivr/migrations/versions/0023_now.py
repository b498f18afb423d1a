"""What is under way, by index; pages by which one of us calls a customer unasked."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

LIVE = sa.text("ended_at is null")


def upgrade() -> None:
    op.add_column(
        "pages", sa.Column("calls_back", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index(
        "ix_calls_live", "calls", ["started_at"], sqlite_where=LIVE, postgresql_where=LIVE
    )


def downgrade() -> None:
    op.drop_index("ix_calls_live", "calls")
    op.drop_column("pages", "calls_back")
