"""The address of an outgoing webhook: which ones are allowed, and posting to one.

No redirect is followed, no proxy is asked, and no more than a few kB of the answer are read. The
address is looked up once, looked at, and that very one is connected to.
"""

import socket
import ssl
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from http.client import HTTPConnection, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from string import punctuation
from urllib.parse import SplitResult, quote, urlsplit

from ivr import clock
from ivr.services.refusal import RefusedError

TIMEOUT = 5.0
"""Seconds to connect, and between two pieces of an answer."""
WHOLE = 10.0
"""Seconds until it must be over, from the look-up of the name on."""
MOST_READ = 4096
MOST_TOLD = 200
LONGEST = 2000
LOOPBACK_NAMES = {"localhost"}
METADATA = {
    ip_address(one) for one in ("100.100.100.200", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254")
}
"""Where clouds tell their machines secrets, beside 169.254.169.254."""
NAT64 = ip_network("64:ff9b::/96")

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Answer:
    code: int | None
    """The HTTP status, if one came."""
    cause: str | None = None
    """Why it is not taken for delivered; None: it is."""
    after: float = 0.0
    """Seconds that the other side wishes to be left alone (Retry-After)."""


# Which addresses are allowed ----------------------------------------------------------------------


def check(url: str) -> SplitResult:
    """Raises RefusedError for one that may not be set at all."""
    if len(url) > LONGEST or any(one.isspace() or not one.isprintable() for one in url):
        raise RefusedError("address-blanks")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError as error:
        raise RefusedError("no-address") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise RefusedError("address-https")
    if parts.username is not None or parts.password is not None:
        raise RefusedError("address-password")
    if parts.fragment:
        raise RefusedError("address-fragment")
    if parts.scheme == "http" and not _names_this_machine(host):
        raise RefusedError("address-http")
    return parts


def _names_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK_NAMES


def _meant(address: Address) -> Address:
    """The address inside one that only wraps another."""
    if isinstance(address, IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if wrapped:
            return wrapped
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def may_be_posted_to(address: str, *, plain: bool = False) -> bool:
    """Private networks are allowed: that is where many receivers are. `plain`: without TLS."""
    found = _meant(ip_address(address.partition("%")[0]))
    if plain:
        return found.is_loopback
    return not (
        found.is_link_local or found.is_multicast or found.is_unspecified or found in METADATA
    )


# Posting ------------------------------------------------------------------------------------------


def post(url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Never raises. It runs in a thread of its own, because the look-up of a name has no limit and
    an answer may come drop by drop.
    """
    posting = _Posting(url, headers, body)
    threading.Thread(target=posting.run, name="posting", daemon=True).start()
    try:
        return posting.answer.result(WHOLE)
    except TimeoutError:
        posting.cut()
        return Answer(None, f"no whole answer within {WHOLE:g} s")


class _Posting:
    def __init__(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        self.url, self.headers, self.body = url, headers, body
        self.answer: Future[Answer] = Future()
        self.connection: HTTPConnection | None = None

    def run(self) -> None:
        try:
            self.answer.set_result(self._post())
        except RefusedError as error:
            self.answer.set_result(Answer(None, str(error)))
        except TimeoutError:
            self.answer.set_result(Answer(None, f"no answer within {TIMEOUT:g} s"))
        except ssl.SSLCertVerificationError as error:
            self.answer.set_result(Answer(None, f"its certificate: {error.verify_message}"))
        except Exception as error:  # noqa: BLE001  never its words: they may tell the address
            told = getattr(error, "strerror", None) or type(error).__name__
            self.answer.set_result(Answer(None, f"not reached: {told}"))

    def cut(self) -> None:
        """Whatever it waits for fails, and the thread ends."""
        line = self.connection.sock if self.connection else None
        with suppress(OSError):  # it is closed already
            if line:
                line.shutdown(socket.SHUT_RDWR)

    def _post(self) -> Answer:
        parts = check(self.url)
        self.connection = connection = HTTPConnection(_host(parts), _port(parts), TIMEOUT)
        connection.sock = _line(parts)
        try:
            target = quote(parts.path or "/", safe=punctuation)
            target += f"?{quote(parts.query, safe=punctuation)}" if parts.query else ""
            host = parts.netloc.encode("idna").decode()
            connection.request("POST", target, self.body, {"Host": host, **self.headers})
            return _understood(connection.getresponse())
        finally:
            connection.close()


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").encode("idna").decode()


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _line(parts: SplitResult) -> socket.socket:
    """Connected to an address that was looked at, none of a second look-up."""
    found = socket.getaddrinfo(_host(parts), _port(parts), type=socket.SOCK_STREAM)
    targets = [(str(target[0]), int(target[1])) for *_, target in found]
    if not all(may_be_posted_to(one, plain=parts.scheme == "http") for one, _ in targets):
        raise RefusedError("address-inside")
    line = _connected(targets)
    if parts.scheme == "http":
        return line
    try:
        return _tls().wrap_socket(line, server_hostname=_host(parts))
    except BaseException:
        line.close()
        raise


def _connected(targets: list[tuple[str, int]]) -> socket.socket:
    for target in targets[:-1]:
        with suppress(OSError):
            return socket.create_connection(target, TIMEOUT)
    return socket.create_connection(targets[-1], TIMEOUT)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _understood(answer: HTTPResponse) -> Answer:
    if answer.status // 100 == 2:  # noqa: PLR2004
        return Answer(answer.status)
    words = " ".join(answer.read(MOST_READ).decode("utf-8", "replace").split())[:MOST_TOLD]
    told = "".join(one for one in words if one.isprintable())
    cause = f"answered {answer.status}" + (f": {told}" if told else "")
    return Answer(answer.status, cause, _after(answer.getheader("Retry-After", "")))


def _after(given: str) -> float:
    """Seconds, or a date (RFC 9110, 10.2.3)."""
    if given.strip().isascii() and given.strip().isdigit():
        return float(given.strip()[:9])
    try:
        return max(0.0, (parsedate_to_datetime(given) - clock.now()).total_seconds())
    except (ValueError, TypeError):
        return 0.0
