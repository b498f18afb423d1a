"""Transcripts with times; and those of calls that belong to no ticket are found, too."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from ivr.database import Utc

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

LONGEST = 50_000
TOLD = "new.kind <> 'note' or new.ticket_id is null"
"""A note that was dictated for a ticket is a line of its timeline."""
ONLY_ON_TICKETS = "new.kind <> 'note'"
WITHOUT_TICKET = f"""
    insert into passages (source, source_id, text)
    select 'recording', id, substr(transcript, 1, {LONGEST}) from recordings
    where ticket_id is null and transcript <> '' order by made_at, id
    on conflict do nothing
"""


# SQLite -------------------------------------------------------------------------------------------

WORDS = (
    ("added", "after insert", "insert into passages_fts (rowid, text) values (new.id, new.text);"),
    (
        *("gone", "after delete"),
        "insert into passages_fts (passages_fts, rowid, text) values ('delete', old.id, old.text);",
    ),
    (
        *("changed", "after update"),
        "insert into passages_fts (passages_fts, rowid, text) values ('delete', old.id, old.text);"
        " insert into passages_fts (rowid, text) values (new.id, new.text);",
    ),
)
"""The triggers of `passages` itself, as 0018 has made them: a copied table is without."""


def passages_on_sqlite(*, nullable: bool) -> None:
    """A table is copied for that. Its name is in the triggers of others, which must not be looked
    at while it is away.
    """
    op.execute("pragma legacy_alter_table = on")
    with op.batch_alter_table("passages") as passages:
        passages.alter_column("ticket_id", existing_type=sa.Integer(), nullable=nullable)
    op.execute("pragma legacy_alter_table = off")
    for name, when, then in WORDS:
        op.execute(f"create trigger passages_{name} {when} on passages begin {then} end")


def recordings_on_sqlite(only: str) -> Iterator[str]:
    told = f"({only}) and new.transcript <> ''"
    put = f"""
        insert into passages (source, source_id, ticket_id, text)
        select 'recording', new.id, new.ticket_id, substr(new.transcript, 1, {LONGEST}) where {told}
        on conflict (source, source_id)
        do update set text = excluded.text, ticket_id = excluded.ticket_id;
    """
    gone = "delete from passages where source = 'recording' and source_id = old.id"
    yield "drop trigger recordings_passage_added"
    yield "drop trigger recordings_passage_changed"
    yield f"create trigger recordings_passage_added after insert on recordings begin {put} end"
    yield f"""
        create trigger recordings_passage_changed
        after update of transcript, ticket_id on recordings begin
        {gone} and not coalesce({told}, false); {put} end
    """


# PostgreSQL ---------------------------------------------------------------------------------------


def on_postgresql(only: str, there: str, fill: tuple[str, ...]) -> Iterator[str]:
    """`there`: what has a place to be found in."""
    yield f"""
        create or replace function keep_passage(of text, nth integer, ticket integer, told text)
        returns void language plpgsql as $$
        begin
            if not ({there}) or coalesce(told, '') = '' then
                delete from passages where source = of and source_id = nth;
            else
                insert into passages (source, source_id, ticket_id, text)
                values (of, nth, ticket, left(told, {LONGEST}))
                on conflict (source, source_id)
                do update set text = excluded.text, ticket_id = excluded.ticket_id;
            end if;
        end $$
    """
    yield f"""
        create or replace function recordings_passage() returns trigger language plpgsql as $$
        begin
            if tg_op = 'DELETE' then
                delete from passages where source = 'recording' and source_id = old.id;
            else
                perform keep_passage('recording', new.id, new.ticket_id,
                                     case when {only} then new.transcript end);
            end if;
            return null;
        end $$
    """
    yield "drop trigger recordings_passage_added on recordings"
    yield f"""
        create trigger recordings_passage_added after insert on recordings for each row
        when (({only}) and new.transcript is not null) execute function recordings_passage()
    """
    yield from fill


FILL = (
    "alter function fill_passages() rename to fill_passages_of_tickets",
    f"""
    create function fill_passages() returns void language sql as $$
        select fill_passages_of_tickets(); {WITHOUT_TICKET}
    $$
    """,
)
FILL_AS_BEFORE = (
    "drop function fill_passages()",
    "alter function fill_passages_of_tickets() rename to fill_passages",
)


# --------------------------------------------------------------------------------------------------


def upgrade() -> None:
    for table in ("recordings", "corrections"):
        op.add_column(table, sa.Column("sentences", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "transcriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("job", sa.String(), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", Utc(timezone=True), nullable=True),
        sa.Column("made_at", Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_transcriptions_recording_id_recordings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcriptions")),
        sa.UniqueConstraint("recording_id", name=op.f("uq_transcriptions_recording_id")),
    )
    due = sa.text("due_at is not null")
    op.create_index(
        "ix_transcriptions_due",
        "transcriptions",
        ["due_at"],
        sqlite_where=due,
        postgresql_where=due,
    )
    if op.get_bind().dialect.name == "sqlite":
        passages_on_sqlite(nullable=True)
        statements = recordings_on_sqlite(TOLD)
    else:
        op.execute("set local statement_timeout = 0")  # there may be years of recordings
        op.alter_column("passages", "ticket_id", existing_type=sa.Integer(), nullable=True)
        found = "ticket is not null or of = 'recording'"
        statements = on_postgresql(TOLD, found, FILL)
    for one in statements:
        op.execute(one)
    op.execute(WITHOUT_TICKET)


def downgrade() -> None:
    op.execute("delete from passages where ticket_id is null")
    if op.get_bind().dialect.name == "sqlite":
        statements = recordings_on_sqlite(f"{ONLY_ON_TICKETS} and new.ticket_id is not null")
    else:
        statements = on_postgresql(ONLY_ON_TICKETS, "ticket is not null", FILL_AS_BEFORE)
    for one in statements:
        op.execute(one)
    if op.get_bind().dialect.name == "sqlite":
        passages_on_sqlite(nullable=False)
    else:
        op.alter_column("passages", "ticket_id", existing_type=sa.Integer(), nullable=False)
    op.drop_table("transcriptions")
    for table in ("recordings", "corrections"):
        op.drop_column(table, "sentences")
