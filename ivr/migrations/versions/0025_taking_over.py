"""Taking over a conversation: the page of who is to relieve somebody names that one's."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("pages") as pages:
        pages.add_column(sa.Column("takes_over_id", sa.Integer(), nullable=True))
        pages.create_foreign_key(
            op.f("fk_pages_takes_over_id_pages"), "pages", ["takes_over_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("pages") as pages:
        pages.drop_constraint(op.f("fk_pages_takes_over_id_pages"), type_="foreignkey")
        pages.drop_column("takes_over_id")
