"""Teams and the rules that assign tickets to them; watchers, links, canned replies."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

REFERENCES = (
    ("team_id", "teams"),
    ("assignee_id", "technicians"),
    ("merged_into_id", "tickets"),
)


def upgrade() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("name", name=op.f("uq_teams_name")),
    )
    op.create_table(
        "memberships",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("technician_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_memberships_team_id_teams")
        ),
        sa.ForeignKeyConstraint(
            ["technician_id"],
            ["technicians.id"],
            name=op.f("fk_memberships_technician_id_technicians"),
        ),
        sa.PrimaryKeyConstraint("team_id", "technician_id", name=op.f("pk_memberships")),
    )
    op.create_table(
        "assignment_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("severity", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_assignment_rules_customer_id_customers"),
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_assignment_rules_team_id_teams")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_rules")),
    )
    op.create_table(
        "canned_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_replies")),
        sa.UniqueConstraint("name", "language", name=op.f("uq_canned_replies_name_language")),
    )
    op.create_table(
        "watchers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_watchers_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watchers")),
        sa.UniqueConstraint("ticket_id", "email", name=op.f("uq_watchers_ticket_id_email")),
    )
    op.create_table(
        "links",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_links_ticket_id_tickets")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["tickets.id"], name=op.f("fk_links_other_id_tickets")
        ),
        sa.PrimaryKeyConstraint("ticket_id", "other_id", name=op.f("pk_links")),
    )
    op.create_index(op.f("ix_links_other_id"), "links", ["other_id"])
    for column, table in REFERENCES:
        name = f"fk_tickets_{column}_{table}"
        op.execute(
            f"alter table tickets add column {column} integer"
            f" constraint {name} references {table} (id)"
        )
        op.create_index(op.f(f"ix_tickets_{column}"), "tickets", [column])
    op.execute("alter table tickets add column category varchar default '' not null")
    op.execute("alter table tickets add column tags json default '[]' not null")


def downgrade() -> None:
    for column in ("tags", "category"):
        op.execute(f"alter table tickets drop column {column}")
    for column, _table in reversed(REFERENCES):
        op.drop_index(op.f(f"ix_tickets_{column}"), "tickets")
        op.execute(f"alter table tickets drop column {column}")
    for table in (
        "links",
        "watchers",
        "canned_replies",
        "assignment_rules",
        "memberships",
        "teams",
    ):
        op.drop_table(table)
