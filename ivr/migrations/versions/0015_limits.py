"""One ring at a time: the rings of a technician, and those of the last hour and day, by index."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

LIVE = sa.text("ended_at is null")


def upgrade() -> None:
    op.create_index(
        "ix_legs_live", "legs", ["technician_id"], sqlite_where=LIVE, postgresql_where=LIVE
    )
    op.create_index("ix_legs_technician_id_placed_at", "legs", ["technician_id", "placed_at"])
    op.create_index("ix_legs_number_placed_at", "legs", ["number", "placed_at"])


def downgrade() -> None:
    op.drop_index("ix_legs_number_placed_at", "legs")
    op.drop_index("ix_legs_technician_id_placed_at", "legs")
    op.drop_index("ix_legs_live", "legs")
