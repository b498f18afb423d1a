"""Signing in to the portal, and the form that a ticket came by."""

import sqlalchemy as sa
from alembic import op

import ivr.database

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = ivr.database.Utc(timezone=True)


def upgrade() -> None:
    op.add_column("contacts", sa.Column("password_hash", sa.String(), nullable=True))
    op.add_column("tickets", sa.Column("form_key", sa.String(), nullable=True))
    op.create_index("uq_tickets_form_key", "tickets", ["form_key"], unique=True)
    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_sign_in_links_contact_id_contacts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_links_token_hash")),
    )
    op.create_index(op.f("ix_sign_in_links_contact_id"), "sign_in_links", ["contact_id"])
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_sign_ins_contact_id_contacts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_ins_token_hash")),
    )
    op.create_index(op.f("ix_sign_ins_contact_id"), "sign_ins", ["contact_id"])
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("whom", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index("ix_sign_in_attempts_whom_at", "sign_in_attempts", ["whom", "at"])
    op.create_index("ix_sign_in_attempts_source_at", "sign_in_attempts", ["source", "at"])


def downgrade() -> None:
    op.drop_table("sign_in_attempts")
    op.drop_table("sign_ins")
    op.drop_table("sign_in_links")
    op.drop_index("uq_tickets_form_key", "tickets")
    op.drop_column("tickets", "form_key")
    op.drop_column("contacts", "password_hash")
