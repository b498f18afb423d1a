"""Who is on call when: phones, rotas, overrides and absences in the place of two lists."""

import sqlalchemy as sa
from alembic import op

from ivr.database import Utc

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def fk(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade() -> None:
    _tables()
    _technicians()
    _policies()
    _move_lists()
    op.drop_table("shifts")
    with op.batch_alter_table("legs") as legs:
        legs.drop_constraint("uq_legs_page_id_technician_id_round", type_="unique")
        legs.create_unique_constraint(
            op.f("uq_legs_page_id_technician_id_round_number"),
            ["page_id", "technician_id", "round", "number"],
        )


def _tables() -> None:
    op.create_table(
        "phones",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("verified_at", Utc(timezone=True), nullable=True),
        fk("phones", "technician_id", "technicians"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phones")),
        sa.UniqueConstraint("technician_id", "number", name=op.f("uq_phones_technician_id_number")),
    )
    op.create_index(op.f("ix_phones_number"), "phones", ["number"])
    op.create_table(
        "rotas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("due_at", Utc(timezone=True), nullable=True),
        sa.Column("on_duty", sa.JSON(), nullable=False),
        fk("rotas", "owner_id", "technicians"),
        fk("rotas", "team_id", "teams"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotas")),
        sa.UniqueConstraint("name", name=op.f("uq_rotas_name")),
    )
    op.create_index(
        "ix_rotas_due",
        "rotas",
        ["due_at"],
        sqlite_where=sa.text("due_at is not null"),
        postgresql_where=sa.text("due_at is not null"),
    )
    op.create_table(
        "layers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rota_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=True),
        sa.Column("starts", sa.String(), nullable=False),
        sa.Column("ends", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        fk("layers", "rota_id", "rotas"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_layers")),
    )
    op.create_index(op.f("ix_layers_rota_id"), "layers", ["rota_id"])
    _exceptions()


def _exceptions() -> None:
    op.create_table(
        "overrides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rota_id", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=False),
        sa.Column("instead_of_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", Utc(timezone=True), nullable=False),
        sa.Column("ends_at", Utc(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", Utc(timezone=True), nullable=False),
        sa.Column("agreed_by_id", sa.Integer(), nullable=True),
        sa.Column("agreed_at", Utc(timezone=True), nullable=True),
        sa.Column("withdrawn_at", Utc(timezone=True), nullable=True),
        sa.Column("swap_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_overrides_lasts")),
        fk("overrides", "rota_id", "rotas"),
        fk("overrides", "technician_id", "technicians"),
        fk("overrides", "instead_of_id", "technicians"),
        fk("overrides", "asked_by_id", "technicians"),
        fk("overrides", "agreed_by_id", "technicians"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrides")),
    )
    op.create_index("ix_overrides_rota_id_ends_at", "overrides", ["rota_id", "ends_at"])
    op.create_index(op.f("ix_overrides_swap_id"), "overrides", ["swap_id"])
    op.create_index(op.f("ix_overrides_source"), "overrides", ["source"])
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", Utc(timezone=True), nullable=False),
        sa.Column("ends_at", Utc(timezone=True), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_absences_lasts")),
        fk("absences", "technician_id", "technicians"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index("ix_absences_technician_id_ends_at", "absences", ["technician_id", "ends_at"])
    op.create_index(op.f("ix_absences_source"), "absences", ["source"])


def _technicians() -> None:
    op.execute(
        "insert into phones (technician_id, position, number)"
        " select id, 0, phone from technicians where phone is not null"
    )
    op.drop_index(op.f("ix_technicians_phone"), "technicians")
    op.execute("alter table technicians drop column phone")
    for column in (
        "time_zone varchar",
        "active boolean default true not null",
        "text_first integer default 0 not null",
        "second_phone_after integer",
        "quiet_from varchar",
        "quiet_until varchar",
    ):
        op.execute(f"alter table technicians add column {column}")


def _policies() -> None:
    with op.batch_alter_table("policies") as policies:
        policies.add_column(
            sa.Column("name", sa.String(), nullable=False, server_default="Default")
        )
        policies.add_column(sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
        policies.add_column(sa.Column("customer_id", sa.Integer(), nullable=True))
        policies.add_column(sa.Column("team_id", sa.Integer(), nullable=True))
        policies.add_column(sa.Column("severity", sa.String(), nullable=True))
        policies.add_column(sa.Column("hours", sa.String(), nullable=True))
        policies.create_unique_constraint(op.f("uq_policies_name"), ["name"])
        policies.create_foreign_key(
            op.f("fk_policies_customer_id_customers"), "customers", ["customer_id"], ["id"]
        )
        policies.create_foreign_key(op.f("fk_policies_team_id_teams"), "teams", ["team_id"], ["id"])


ROTAS = sa.table(
    "rotas",
    sa.column("id", sa.Integer),
    sa.column("name", sa.String),
    sa.column("time_zone", sa.String),
    sa.column("on_duty", sa.JSON),
)
LAYERS = sa.table(
    "layers",
    *(sa.column(name, sa.String) for name in ("name", "starts", "unit")),
    *(sa.column(name, sa.Integer) for name in ("rota_id", "position", "every")),
    *(sa.column(name, sa.JSON) for name in ("people", "hours")),
)
POLICIES = sa.table("policies", sa.column("id", sa.Integer), sa.column("levels", sa.JSON))


def _move_lists() -> None:
    """The list of each level becomes a rota of one turn that never ends."""
    db = op.get_bind()
    levels = db.scalar(sa.select(POLICIES.c.levels).where(POLICIES.c.id == 1)) or []
    lists: dict[int, list[int]] = {one["level"]: [] for one in levels if "mail" not in one}
    shifts = sa.text("select level, technician_id from shifts order by level, position")
    for level, technician in db.execute(shifts):
        lists.setdefault(level, []).append(technician)
    zone = db.scalar(sa.text("select time_zone from organization")) or "America/Toronto"
    made = {level: _rota(db, f"Level {level}", zone, people) for level, people in lists.items()}
    for one in levels:
        if "mail" not in one:
            one["who"] = [{"rota": made[one["level"]]}]
    if levels:
        db.execute(sa.update(POLICIES).where(POLICIES.c.id == 1).values(levels=levels))


def _rota(db: sa.Connection, name: str, zone: str, people: list[int]) -> int:
    db.execute(sa.insert(ROTAS).values(name=name, time_zone=zone, on_duty=people))
    rota: int = db.execute(sa.select(ROTAS.c.id).where(ROTAS.c.name == name)).scalar_one()
    layer = {"name": "Everybody", "starts": "2000-01-01T00:00", "unit": "weeks", "every": 1}
    turns = {"people": [people] if people else [], "hours": []}
    db.execute(sa.insert(LAYERS).values(rota_id=rota, position=0, **layer, **turns))
    return rota


def downgrade() -> None:
    raise NotImplementedError("two lists cannot hold a rota: restore the backup")
