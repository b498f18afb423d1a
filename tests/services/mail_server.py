"""A mail server that does what a test tells it to: takes letters, or answers otherwise."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class MailServer:
    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    """Instead of what the protocol has, by the command: {"RCPT": "550 no such user"}."""
    letters: list[EmailMessage] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


USUAL = {"EHLO": "250 here", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on",
         "RSET": "250 ok", "QUIT": "221 bye"}  # fmt: skip


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """RFC 5321, as much of it as smtplib speaks."""
    kept = MailServer()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say(kept.answers.get("CONNECT", "220 ready"))
            while line := self.rfile.readline():
                command = line[:4].decode().upper()
                answer = kept.answers.get(command) or USUAL.get(command, "502 what?")
                if answer == "cut":
                    return
                self.say(answer)
                if answer.startswith("354"):
                    self.say(kept.answers.get(".") or self.take())

        def take(self) -> str:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line.removeprefix(b"."))
            kept.letters.append(message_from_bytes(b"".join(lines), policy=policy.default))
            return "250 taken"

        def say(self, words: str) -> None:
            self.wfile.write(words.encode() + b"\r\n")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk)
    server.daemon_threads = True
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
