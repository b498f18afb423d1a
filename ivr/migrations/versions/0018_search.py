"""What staff look for: indexes of the list of tickets, views that they keep, and every text to be
found, kept by triggers like the rows that it comes from.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from ivr.database import Utc

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

UNRESOLVED = "status in ('new', 'open', 'waiting')"
RUNNING = (
    "met_at is null and ends_at is not null and kind in ('response', 'resolution', 'escalation')"
)
INDEXES: dict[str, tuple[str, list[str], str | None]] = {
    "ix_tickets_customer_id_id": ("tickets", ["customer_id", "id"], None),
    "ix_tickets_team_id_id": ("tickets", ["team_id", "id"], None),
    "ix_tickets_assignee_id_id": ("tickets", ["assignee_id", "id"], None),
    "ix_tickets_unresolved": ("tickets", ["id"], UNRESOLVED),
    "ix_tickets_unresolved_team_id": ("tickets", ["team_id", "id"], UNRESOLVED),
    "ix_tickets_unresolved_assignee_id": ("tickets", ["assignee_id", "id"], UNRESOLVED),
    "ix_tickets_unresolved_severity": ("tickets", ["severity", "id"], UNRESOLVED),
    "ix_tickets_level": ("tickets", ["level", "id"], "level > 1"),
    "ix_clocks_running": ("clocks", ["ends_at", "ticket_id", "kind"], RUNNING),
}


LONGEST = 50_000
SOURCES = {
    "ticket": ("tickets", "title, description", "id"),
    "entry": ("entries", "data, ticket_id", "ticket_id"),
    "recording": ("recordings", "transcript, ticket_id", "ticket_id"),
}
"""By source: its table, the columns that matter, and the one that has the ticket."""
ONLY = {
    "ticket": "not {row}.canary",
    "entry": "{row}.kind <> 'transcript'",
    "recording": "{row}.kind <> 'note'",
}
"""A transcript stands with its recording, and may be put right there; that of a dictated note is
its entry.
"""
WHEN = {"ticket": "opened_at", "entry": "at", "recording": "made_at"}


def fill(texts: dict[str, str]) -> str:
    """The passages of what is there already, the oldest first."""
    parts = (
        f"select '{source}' as source, id, {ticket} as ticket_id,"
        f" {texts[source].format(row=table)} as told, {WHEN[source]} as at"
        f" from {table} where {ticket} is not null and {ONLY[source].format(row=table)}"
        for source, (table, _columns, ticket) in SOURCES.items()
    )
    return (
        "insert into passages (source, source_id, ticket_id, text)"
        f" select source, id, ticket_id, substr(told, 1, {LONGEST})"
        f" from ({' union all '.join(parts)}) of_all where told <> '' order by at, source desc, id"
        " on conflict do nothing"
    )


# SQLite -------------------------------------------------------------------------------------------

SQLITE_TEXT = {
    "ticket": "{row}.title || char(10) || {row}.description",
    "entry": "case json_type({row}.data, '$.text') when 'text'"
    " then json_extract({row}.data, '$.text') end",
    "recording": "{row}.transcript",
}
SQLITE = (
    """
    create virtual table passages_fts using fts5(
        text, content='passages', content_rowid='id',
        tokenize='porter unicode61 remove_diacritics 2')
    """,
    """
    create trigger passages_added after insert on passages begin
        insert into passages_fts (rowid, text) values (new.id, new.text);
    end
    """,
    """
    create trigger passages_gone after delete on passages begin
        insert into passages_fts (passages_fts, rowid, text) values ('delete', old.id, old.text);
    end
    """,
    """
    create trigger passages_changed after update on passages begin
        insert into passages_fts (passages_fts, rowid, text) values ('delete', old.id, old.text);
        insert into passages_fts (rowid, text) values (new.id, new.text);
    end
    """,
)


def on_sqlite() -> Iterator[str]:
    yield from SQLITE
    yield fill(SQLITE_TEXT)
    for source, (table, columns, ticket) in SOURCES.items():
        told = SQLITE_TEXT[source].format(row="new")
        there = f"new.{ticket} is not null and {ONLY[source].format(row='new')}"
        put = f"""
            insert into passages (source, source_id, ticket_id, text)
            select '{source}', new.id, new.{ticket}, substr({told}, 1, {LONGEST})
            where {there} and {told} <> ''
            on conflict (source, source_id)
            do update set text = excluded.text, ticket_id = excluded.ticket_id;
        """
        gone = f"delete from passages where source = '{source}' and source_id = old.id"
        yield f"create trigger {table}_passage_added after insert on {table} begin {put} end"
        yield f"""
            create trigger {table}_passage_changed after update of {columns} on {table} begin
            {gone} and not coalesce({there} and {told} <> '', false); {put} end
        """
        yield f"create trigger {table}_passage_gone after delete on {table} begin {gone}; end"


# PostgreSQL ---------------------------------------------------------------------------------------

STRETCH = 16
"""Bits of an ID: so many passages, 65,536, are a stretch. Each has its stretch among its words, so
that the newest are found stretch by stretch, however many there are of a word.
"""
APART = "-/_.@=&?+~#\\:"
"""What parts words. The search does the same to what is typed."""
PLAIN = f"translate(told, '{APART}', '{' ' * len(APART)}')"
POSTGRESQL_TEXT = {
    "ticket": "{row}.title || chr(10) || {row}.description",
    "entry": "passage_of_json({row}.data)",
    "recording": "{row}.transcript",
}
INSERTED = {"entry": "new.data::text like '%\"text\"%'", "recording": "new.transcript is not null"}
"""What spares most lines the way through the trigger."""
POSTGRESQL = (
    """
    do $$ begin create extension if not exists unaccent;
    exception when others then raise notice 'no unaccent: accents count in the search'; end $$
    """,
    "create text search configuration passage_en (copy = pg_catalog.english)",
    "create text search configuration passage_fr (copy = pg_catalog.french)",
    """
    do $$ begin if exists (select from pg_ts_dict where dictname = 'unaccent') then
        alter text search configuration passage_en
        alter mapping for hword, hword_part, word with unaccent, english_stem;
        alter text search configuration passage_fr
        alter mapping for hword, hword_part, word with unaccent, french_stem;
    end if; end $$
    """,
    # Addresses, paths and numbers as their parts, so that a part of one is found. It is told which
    # schema, since maintenance looks into none.
    f"""
    create function passage_words(id integer, told text) returns tsvector
    language sql immutable parallel safe as $$
        select to_tsvector('SCHEMA.passage_en'::regconfig, {PLAIN})
            || to_tsvector('SCHEMA.passage_fr'::regconfig, {PLAIN})
            || array_to_tsvector(array['#' || (id >> {STRETCH})])
    $$
    """,
    # PostgreSQL takes JSON with a character of zero in, and refuses to hand it out
    r"""
    create function passage_of_json(given json) returns text language plpgsql immutable as $$
    begin
        if strpos(given::text, '\u0000') > 0 then
            given := regexp_replace(given::text, '(?<!\\)((\\\\)*)\\u0000', '\1', 'g');
        end if;
        return case json_typeof(given -> 'text') when 'string' then given ->> 'text' end;
    end $$
    """,
    f"""
    create function keep_passage(of text, nth integer, ticket integer, told text) returns void
    language plpgsql as $$
    begin
        if ticket is null or coalesce(told, '') = '' then
            delete from passages where source = of and source_id = nth;
        else
            insert into passages (source, source_id, ticket_id, text)
            values (of, nth, ticket, left(told, {LONGEST}))
            on conflict (source, source_id)
            do update set text = excluded.text, ticket_id = excluded.ticket_id;
        end if;
    end $$
    """,
)


def on_postgresql() -> Iterator[str]:
    schema = op.get_bind().scalar(sa.text("select quote_ident(current_schema())"))
    for told in POSTGRESQL:
        yield told.replace("SCHEMA", schema)
    # also for whoever loads rows with the triggers off
    yield (
        "create function fill_passages() returns void language sql as"
        f" $$ {fill(POSTGRESQL_TEXT)} $$"
    )
    yield "select fill_passages()"
    yield "create index ix_passages_words on passages using gin (passage_words(id, text))"
    for source, (table, columns, ticket) in SOURCES.items():
        told = POSTGRESQL_TEXT[source].format(row="new")
        only = ONLY[source].format(row="new")
        name, worth = f"{table}_passage", INSERTED.get(source, "true")
        yield f"""
            create function {name}() returns trigger language plpgsql as $$
            begin
                if tg_op = 'DELETE' then
                    delete from passages where source = '{source}' and source_id = old.id;
                else
                    perform keep_passage('{source}', new.id, new.{ticket},
                                         case when {only} then {told} end);
                end if;
                return null;
            end $$
        """
        yield f"""
            create trigger {name}_added after insert on {table} for each row
            when ({only} and {worth}) execute function {name}()
        """
        yield f"""
            create trigger {name}_changed after update of {columns} or delete on {table}
            for each row execute function {name}()
        """


# --------------------------------------------------------------------------------------------------


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute("set local statement_timeout = 0")  # there may be years of texts
    for name, (table, columns, where) in INDEXES.items():
        only = sa.text(where) if where else None
        op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)
    op.drop_index("ix_tickets_customer_id", "tickets")
    op.drop_index("ix_tickets_team_id", "tickets")
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("made_at", Utc(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["technicians.id"], name=op.f("fk_saved_views_owner_id_technicians")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
    )
    op.create_index(op.f("ix_saved_views_owner_id"), "saved_views", ["owner_id"])
    shared = sa.text("shared")
    op.create_index(
        "ix_saved_views_shared", "saved_views", ["id"], sqlite_where=shared, postgresql_where=shared
    )
    op.create_table(
        "passages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passages")),
        sa.UniqueConstraint("source", "source_id", name=op.f("uq_passages_source_source_id")),
    )
    on_sqlite_ = op.get_bind().dialect.name == "sqlite"
    for statement in on_sqlite() if on_sqlite_ else on_postgresql():
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table, _columns, _ticket in SOURCES.values():
            for what in ("added", "changed", "gone"):
                op.execute(f"drop trigger {table}_passage_{what}")
        op.execute("drop table passages_fts")
        op.drop_table("passages")
    else:
        for table, _columns, _ticket in SOURCES.values():
            op.execute(f"drop function {table}_passage() cascade")
        op.drop_table("passages")
        for name in ("fill_passages", "keep_passage", "passage_of_json", "passage_words"):
            op.execute(f"drop function {name}")
        for name in ("passage_en", "passage_fr"):
            op.execute(f"drop text search configuration {name}")
    op.drop_table("saved_views")
    op.create_index("ix_tickets_customer_id", "tickets", ["customer_id"])
    op.create_index("ix_tickets_team_id", "tickets", ["team_id"])
    for name, (of, _on, _where) in INDEXES.items():
        op.drop_index(name, of)
