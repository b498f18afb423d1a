"""The account by REST: how much money is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ivr.exchange.engine import Exchange
    from ivr.exchange.rest_answers import Route


def balance(exchange: Exchange) -> dict[str, Any]:
    return {
        "account_sid": exchange.account_sid,
        "balance": exchange.balance,
        "currency": "CAD",
    }


ROUTES: list[Route] = [("GET", "/Balance.json", balance)]
