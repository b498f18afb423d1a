"""The exchange as a process: starts, reads its address book whenever it changes, and stops."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

from tests.exchange.conftest import ACCOUNT, ANA, BO, NUMBER, TOKEN
from tests.servers import free_port

START = """
import pathlib, sys
from ivr.exchange.server import main
port, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
main(port, {account!r}, {token!r}, {number!r}, "http://127.0.0.1:1",
     folder / "phones.json", folder / "media", folder / "log.jsonl")
"""


def told(address: str, names: list[str]) -> bool:
    try:
        phones: list[dict[str, Any]] = requests.get(address, timeout=10).json()["phones"]
    except requests.ConnectionError:
        return False
    return [phone["name"] for phone in phones] == names


def wait_for(address: str, names: list[str]) -> None:
    deadline = time.monotonic() + 60
    while not told(address, names):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def book(folder: Path, *people: tuple[str, str], at: float) -> None:
    file = folder / "phones.json"
    entries = [
        {"number": number, "name": name, "role": "customer", "language": "en-CA"}
        for number, name in people
    ]
    file.write_text(json.dumps(entries))
    os.utime(file, (at, at))


def test_it_starts_follows_its_address_book_and_stops(tmp_path: Path) -> None:
    port = free_port()
    book(tmp_path, (ANA, "Ana Roy"), at=1.0)
    start = START.format(account=ACCOUNT, token=TOKEN, number=NUMBER)
    process = subprocess.Popen([sys.executable, "-c", start, str(port), str(tmp_path)])
    address = f"http://127.0.0.1:{port}/phones/state"
    try:
        wait_for(address, ["Ana Roy"])
        (tmp_path / "phones.json").write_text("[{")  # somebody is still writing it
        book(tmp_path, (ANA, "Ana Roy-Côté"), (BO, "Bo Chan"), at=2.0)
        wait_for(address, ["Ana Roy-Côté", "Bo Chan"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
