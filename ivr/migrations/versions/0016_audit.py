"""The audit, which the database itself keeps from being changed."""

import sqlalchemy as sa
from alembic import op

from ivr.database import Utc

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TOLD = "the audit is only ever added to"
SQLITE = """
create trigger audit_no_{act} before {act} on audit
begin select raise(abort, '{told}'); end
"""
POSTGRESQL = (
    f"""
    create function audit_only_added_to() returns trigger language plpgsql as $$
    begin raise exception '{TOLD}'; end $$
    """,
    """
    create trigger audit_no_change before update or delete on audit
    for each row execute function audit_only_added_to()
    """,
    """
    create trigger audit_no_truncate before truncate on audit
    for each statement execute function audit_only_added_to()
    """,
)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_about_id", "audit", ["about", "id"])
    op.create_index("ix_audit_by_id", "audit", ["by", "id"])
    sqlite = [SQLITE.format(act=act, told=TOLD) for act in ("update", "delete")]
    for statement in sqlite if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("audit")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("drop function audit_only_added_to")
