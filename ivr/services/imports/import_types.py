"""What the parts of an import file are made of."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ivr.services.settings import time_zones

Email = Annotated[
    str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254), AfterValidator(str.lower)
]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Minute = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


Zone = Annotated[str, AfterValidator(time_zones.named)]


class Given(BaseModel):
    """How strictly all of it is read."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
