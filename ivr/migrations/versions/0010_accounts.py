"""Accounts of our own people, codes that prove a phone, and who changed what."""

import sqlalchemy as sa
from alembic import op

import ivr.database

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = ivr.database.Utc(timezone=True)
APPEND_ONLY = {
    "sqlite": [
        f"CREATE TRIGGER changes_no_{verb} BEFORE {verb} ON changes "
        "BEGIN SELECT RAISE(ABORT, 'changes are only ever added to'); END"
        for verb in ("update", "delete")
    ],
    "postgresql": [
        "CREATE FUNCTION refuse_change_of_changes() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'changes are only ever added to'; END $$",
        "CREATE TRIGGER changes_append_only BEFORE UPDATE OR DELETE ON changes "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_changes()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("technician_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("totp_secret", sa.String(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["technician_id"],
            ["technicians.id"],
            name=op.f("fk_accounts_technician_id_technicians"),
        ),
        sa.PrimaryKeyConstraint("technician_id", name=op.f("pk_accounts")),
    )
    _table(
        "recovery_codes",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
    )
    _table(
        "staff_links",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_links_token_hash")),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
    )
    _table(
        "staff_sign_ins",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_sign_ins_token_hash")),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
    )
    op.create_table(
        "phone_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["technician_id"],
            ["technicians.id"],
            name=op.f("fk_phone_checks_technician_id_technicians"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_checks")),
    )
    op.create_index(
        "ix_phone_checks_technician_id_made_at", "phone_checks", ["technician_id", "made_at"]
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    op.create_index("ix_changes_about_id", "changes", ["about", "id"])
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def _table(name: str, *columns: sa.schema.SchemaItem) -> None:
    """Of a technician."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["technician_id"],
            ["technicians.id"],
            name=op.f(f"fk_{name}_technician_id_technicians"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_technician_id"), name, ["technician_id"])


def downgrade() -> None:
    op.drop_table("changes")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change_of_changes")
    for name in ("phone_checks", "staff_sign_ins", "staff_links", "recovery_codes", "accounts"):
        op.drop_table(name)
