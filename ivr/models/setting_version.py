"""What a setting was, and what it became: by whom, and when. Only ever added to; the newest one
says what holds.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from ivr.models.base import Base


class SettingVersion(Base):
    __tablename__ = "setting_versions"
    __table_args__ = (Index("ix_setting_versions_name_id", "name", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    name: Mapped[str]
    """organization, targets, prompt/en-CA/welcome, mail/fr-CA/reply."""
    before: Mapped[Any] = mapped_column(JSON, nullable=True)
    after: Mapped[Any] = mapped_column(JSON, nullable=True)
    """None: as it is without anybody having set it."""
