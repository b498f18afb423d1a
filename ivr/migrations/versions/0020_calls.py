"""What came of each call; how long recordings are kept, holds, and the erasure of a person, for
which the words of a line of the timeline may be taken away (docs/decisions/20).
"""

import sqlalchemy as sa
from alembic import op

from ivr.database import Utc

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NEW = ("customer_id", "customers"), ("staff_id", "technicians")
INDEXES = {
    "outcome": ["outcome", "started_at"],
    "customer": ["customer_id", "started_at"],
    "contact": ["contact_id", "started_at"],
    "staff": ["staff_id", "started_at"],
}
ONLY_ADDED_TO = "the timeline is only ever added to"
SAME = ("id", "kind", "at", "ticket_id", "call_id")
OPEN = "exists (select 1 from erasing where erasing.entry_id = old.id)"
SQLITE = f"""
create trigger entries_no_update before update on entries
when not ({OPEN} and {" and ".join(f"new.{one} is old.{one}" for one in SAME)})
begin select raise(abort, '{ONLY_ADDED_TO}'); end
"""
POSTGRESQL = (
    f"""
    create function entries_only_added_to() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and {OPEN}
        and ({", ".join(f"new.{one}" for one in SAME)})
          is not distinct from ({", ".join(f"old.{one}" for one in SAME)})
      then return new; end if;
      raise exception '{ONLY_ADDED_TO}';
    end $$
    """,
    "drop trigger entries_append_only on entries",
    """
    create trigger entries_append_only before update or delete on entries
    for each row execute function entries_only_added_to()
    """,
)


def _said(what: str) -> str:
    turns = "select 1 from turns where turns.call_id = calls.id and cast(turns.answer as text)"
    return f"exists ({turns} like '%\"{what}\"%')"


TURN = "select 1 from turns where turns.call_id = calls.id"
BRIDGED = f"(exists ({TURN} and cast(heard as text) like '%\"bridged\"%'))"
HELD = f"(exists ({TURN} and step like 'holding.%'))"
MESSAGE = "exists (select 1 from recordings where call_id = calls.id and kind = 'message')"
CANARY = "exists (select 1 from tickets where tickets.id = calls.ticket_id and tickets.canary)"
STATUS = f"(exists ({TURN} and cast(answer as text) like '%\"status_%'))"
LEG = "(select outcome from legs where legs.sid = calls.sid)"
OUTCOMES = f"""
update calls set outcome = case
  when {CANARY} then 'canary'
  when direction = 'outbound' then case
    when {LEG} in ('accepted', 'passed', 'unaccepted', 'taken') then {LEG} else 'rung' end
  when {_said("blocked")} then 'blocked'
  when technician_id is not null then 'staff-line'
  when {BRIDGED} then 'answered'
  when {MESSAGE} then 'message'
  when wish = 'callback' then 'callback'
  when {HELD} then 'left-holding'
  when {STATUS} then 'status'
  when {_said("ticket_opened")} then 'opened'
  when ticket_id is not null and exists ({TURN} and step = 'customer.severity') then 'noted'
  when ticket_id is null and {_said("ticket_not_found")} then 'unknown-number'
  else 'left-early' end,
staff_id = coalesce(technician_id, (select technician_id from legs where legs.sid = calls.sid),
  (select accepted_by_id from pages where pages.call_id = calls.id order by pages.id desc limit 1)),
customer_id = coalesce(
  (select customer_id from tickets where tickets.id = calls.ticket_id),
  (select customer_id from contacts where contacts.id = calls.contact_id))
where ended_at is not null
"""


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    _calls()
    _recordings()
    _erasures()
    op.create_index("ix_messages_to", "messages", ["to"])
    op.create_index("ix_watchers_email", "watchers", ["email"])
    if postgresql:
        op.execute("set local statement_timeout = 0")
    op.execute(OUTCOMES)
    if not postgresql:
        op.execute("drop trigger entries_no_update")
    for statement in POSTGRESQL if postgresql else [SQLITE]:
        op.execute(statement)


def _calls() -> None:
    op.add_column("calls", sa.Column("outcome", sa.String(), nullable=True))
    op.add_column("calls", sa.Column("outcome_seconds", sa.Integer(), nullable=True))
    op.add_column("calls", sa.Column("moved_at", Utc(), nullable=True))
    for column, table in NEW:
        op.execute(
            f"alter table calls add column {column} integer"
            f" constraint fk_calls_{column}_{table} references {table} (id)"
        )
    op.create_index("ix_calls_started_at", "calls", ["started_at"])
    for name, columns in INDEXES.items():
        where = sa.text(f"{columns[0]} is not null")
        op.create_index(
            f"ix_calls_{name}", "calls", columns, sqlite_where=where, postgresql_where=where
        )


def _recordings() -> None:
    kept = sa.text("state not in ('deleting', 'deleted')")
    op.create_index(
        "ix_recordings_kept",
        "recordings",
        ["kind", "made_at"],
        sqlite_where=kept,
        postgresql_where=kept,
    )
    op.create_table(
        "retentions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("due_at", Utc(), nullable=True),
        sa.CheckConstraint("days > 0", name=op.f("ck_retentions_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retentions")),
        sa.UniqueConstraint("kind", name=op.f("uq_retentions_kind")),
    )
    _due("retentions")
    op.create_table(
        "holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("recording_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("placed_at", Utc(), nullable=False),
        sa.Column("lifted_at", Utc(), nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(ticket_id is null) <> (recording_id is null)", name=op.f("ck_holds_of_one")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_holds_ticket_id_tickets")
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_holds_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    lasts = sa.text("lifted_at is null")
    for what in ("ticket", "recording"):
        op.create_index(
            f"uq_holds_{what}",
            "holds",
            [f"{what}_id"],
            unique=True,
            sqlite_where=lasts,
            postgresql_where=lasts,
        )


def _erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", Utc(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("left", sa.JSON(), nullable=False),
        sa.Column("database_at", Utc(), nullable=True),
        sa.Column("done_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_erasures_contact_id_contacts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index("ix_erasures_contact_id", "erasures", ["contact_id"])
    _due("erasures")
    op.create_table(
        "erasing",
        sa.Column("entry_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("never", sa.Integer(), nullable=False),
        sa.CheckConstraint("entry_id > 0", name=op.f("ck_erasing_entry")),
        sa.CheckConstraint("never = 0", name=op.f("ck_erasing_never")),
        sa.ForeignKeyConstraint(
            ["never"],
            ["erasing.entry_id"],
            name=op.f("fk_erasing_never_erasing"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_erasing")),
    )


def _due(table: str) -> None:
    due = sa.text("due_at is not null")
    op.create_index(f"ix_{table}_due", table, ["due_at"], sqlite_where=due, postgresql_where=due)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop trigger entries_append_only on entries")
        op.execute("drop function entries_only_added_to")
        op.execute(
            "create trigger entries_append_only before update or delete on entries"
            " for each row execute function refuse_change()"
        )
    else:
        op.execute("drop trigger entries_no_update")
        op.execute(
            "create trigger entries_no_update before update on entries"
            f" begin select raise(abort, '{ONLY_ADDED_TO}'); end"
        )
    op.drop_index("ix_watchers_email", "watchers")
    op.drop_index("ix_messages_to", "messages")
    for table in ("erasing", "erasures", "holds", "retentions"):
        op.drop_table(table)
    op.drop_index("ix_recordings_kept", "recordings")
    for name in INDEXES:
        op.drop_index(f"ix_calls_{name}", "calls")
    op.drop_index("ix_calls_started_at", "calls")
    for column in ("staff_id", "customer_id", "moved_at", "outcome_seconds", "outcome"):
        op.execute(f"alter table calls drop column {column}")
