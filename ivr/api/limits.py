"""How many requests a token may make in a minute, counted in the broker.

Without the broker nothing is counted, and everybody is let in: a limit is a courtesy, not a lock.
Headers: IETF draft-ietf-httpapi-ratelimit-headers, in the form that most programs read.
"""

import time
from functools import cache
from typing import Any

from flask import Response, g

from ivr import broker
from ivr.api import problems
from ivr.settings import settings

PATIENCE = 0.3
"""Seconds."""


@cache
def _limiter(url: str) -> Any:
    from limits.storage import storage_from_string
    from limits.strategies import FixedWindowRateLimiter

    waits = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    return FixedWindowRateLimiter(storage_from_string(url, **waits))


@cache
def _most(count: int) -> Any:
    from limits import RateLimitItemPerMinute

    return RateLimitItemPerMinute(count)


def refused(token_id: int) -> Response | None:
    from redis.exceptions import RedisError

    most, whose = _most(settings().api_requests_a_minute), f"api {token_id}"
    try:
        limiter = _limiter(broker.url())
        fits = limiter.hit(most, whose)
        left = limiter.get_window_stats(most, whose)
    except RedisError:
        return None
    wait = max(1, round(left.reset_time - time.time()))
    g.limit = {
        "RateLimit-Limit": str(most.amount),
        "RateLimit-Remaining": str(max(0, left.remaining)),
        "RateLimit-Reset": str(wait),
    }
    if fits:
        return None
    told = f"This token may make {most.amount} requests a minute. Try again in {wait} s."
    return problems.answer(429, told, Retry_After=str(wait))


def told(answer: Response) -> Response:
    answer.headers.update(g.get("limit") or {})
    return answer
