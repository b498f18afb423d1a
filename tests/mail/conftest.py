"""A post office for each test, on either database and on a clock that the test moves."""

import pytest

from tests.mail.post import Post


@pytest.fixture
def post(database: str) -> Post:
    return Post()
