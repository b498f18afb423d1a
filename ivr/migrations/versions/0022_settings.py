"""What was changed belongs to the audit, which is looked through and kept more strictly; settings
have a history.
"""

import sqlalchemy as sa
from alembic import op

from ivr.database import Utc

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

AS_JSON = {"sqlite": "json_object('what', what)", "postgresql": "json_build_object('what', what)"}
FROM_JSON = {"sqlite": "json_extract(data, '$.what')", "postgresql": "data ->> 'what'"}
SAME = ("id", "at", "by", "name")
OPEN = "exists (select 1 from erasing)"
"""Only within a transaction that takes a person's words away (migration 0020)."""


def _each(row: str) -> str:
    return ", ".join(f'{row}."{one}"' for one in SAME)


VERSIONS_RULE = {
    "sqlite": [
        "create trigger setting_versions_no_delete before delete on setting_versions "
        "begin select raise(abort, 'settings keep their history'); end",
        "create trigger setting_versions_no_update before update on setting_versions "
        f"when not ({OPEN} and {' and '.join(f'new.{one} is old.{one}' for one in SAME)}) "
        "begin select raise(abort, 'settings keep their history'); end",
    ],
    "postgresql": [
        "create function setting_versions_only_added_to() returns trigger language plpgsql as "
        f"$$ begin if tg_op = 'UPDATE' and {OPEN} "
        f"and ({_each('new')}) is not distinct from ({_each('old')}) "
        "then return new; end if; "
        "raise exception 'settings keep their history'; end $$",
        "create trigger setting_versions_no_change before update or delete on setting_versions "
        "for each row execute function setting_versions_only_added_to()",
    ],
}
ANEW = """
create trigger audit_no_anew before insert on audit
when exists (select 1 from audit where id = new.id)
begin select raise(abort, 'the audit is only ever added to'); end
"""
"""SQLite's INSERT OR REPLACE deletes a row, and no trigger is told."""
OLD_RULE = {
    "sqlite": [
        f"create trigger changes_no_{verb} before {verb} on changes "
        "begin select raise(abort, 'changes are only ever added to'); end"
        for verb in ("update", "delete")
    ],
    "postgresql": [
        "create function refuse_change_of_changes() returns trigger language plpgsql as "
        "$$ begin raise exception 'changes are only ever added to'; end $$",
        "create trigger changes_append_only before update or delete on changes "
        "for each row execute function refuse_change_of_changes()",
    ],
}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.execute(
        "insert into audit (at, by, act, about, kind, data)"
        f" select at, by, 'changed', about, 'told', {AS_JSON[dialect]} from changes as one"
        " where not exists (select 1 from audit where about = one.about and at = one.at"
        f" and kind = 'told' and {FROM_JSON[dialect]} = one.what) order by id"
    )
    op.drop_table("changes")
    _make_versions(dialect)
    for name, column in (("kind", "kind"), ("act", "act")):
        op.create_index(f"ix_audit_{name}_id", "audit", [column, "id"])
    op.create_index("ix_audit_at", "audit", ["at"])
    if dialect == "sqlite":
        op.execute(ANEW)
    else:
        op.execute("drop function refuse_change_of_changes()")


def _make_versions(dialect: str) -> None:
    op.create_table(
        "setting_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_versions")),
    )
    op.create_index("ix_setting_versions_name_id", "setting_versions", ["name", "id"])
    for statement in VERSIONS_RULE[dialect]:
        op.execute(statement)


def downgrade() -> None:
    """The old table with its lines again; the audit keeps them, too, as it keeps everything."""
    dialect = op.get_bind().dialect.name
    op.drop_table("setting_versions")
    if dialect == "postgresql":
        op.execute("drop function setting_versions_only_added_to")
    for index in ("ix_audit_kind_id", "ix_audit_act_id", "ix_audit_at"):
        op.drop_index(index, "audit")
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    op.create_index("ix_changes_about_id", "changes", ["about", "id"])
    op.execute(
        "insert into changes (at, by, about, what)"
        f" select at, by, about, {FROM_JSON[dialect]} from audit where kind = 'told' order by id"
    )
    for statement in OLD_RULE[dialect]:
        op.execute(statement)
    if dialect == "sqlite":
        op.execute("drop trigger audit_no_anew")
