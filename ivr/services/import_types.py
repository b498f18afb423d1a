"""What the parts of an import file are made of."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Email = Annotated[
    str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254), AfterValidator(str.lower)
]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
