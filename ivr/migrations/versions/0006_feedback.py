"""Feedback after a ticket's closing; who wants no request for it; mail that can be unsubscribed."""

import sqlalchemy as sa
from alembic import op

import ivr.database

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("closing", ivr.database.Utc(timezone=True), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("asked_at", ivr.database.Utc(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("answered_at", ivr.database.Utc(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.CheckConstraint("score between 1 and 5", name=op.f("ck_feedback_score")),
        sa.CheckConstraint(
            "(score is null) = (answered_at is null)", name=op.f("ck_feedback_answered")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_feedback_ticket_id_tickets")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_feedback_contact_id_contacts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("ticket_id", "closing", name=op.f("uq_feedback_ticket_id_closing")),
        sa.UniqueConstraint("token", name=op.f("uq_feedback_token")),
    )
    op.create_index("ix_feedback_contact_id_asked_at", "feedback", ["contact_id", "asked_at"])
    op.execute("alter table contacts add column no_feedback boolean default false not null")
    op.execute("alter table messages add column unsubscribe_url varchar")


def downgrade() -> None:
    op.execute("alter table messages drop column unsubscribe_url")
    op.execute("alter table contacts drop column no_feedback")
    op.drop_table("feedback")
