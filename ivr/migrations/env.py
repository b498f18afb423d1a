"""Alembic's entrance: the models' metadata, and the database that was asked for."""

from alembic import context

from ivr import migrations
from ivr.database import make_engine
from ivr.models import Base
from ivr.settings import settings


def migrate() -> None:
    url = context.config.attributes.get("url") or settings().database
    engine = make_engine(url)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            include_name=migrations.in_models,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


migrate()
