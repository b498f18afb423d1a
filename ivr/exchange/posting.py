"""Posting: a letter is handed in by SMTP, and what is in the way is said in one line."""

import smtplib
from email.message import EmailMessage

from ivr.exchange import letters

TIMEOUT = 10.0


def send(letter: EmailMessage, host: str, port: int) -> str:
    """What is in the way; empty once the letter is taken."""
    [(_, sender)] = letters.people(letter, "From")
    recipient = str(letter["To"])
    if not letters.ADDRESS.fullmatch(recipient):
        return f"“{recipient}” is no mail address."
    if not letters.body(letter, "plain").strip() and not letters.files(letter):
        return "There is nothing in it yet."
    try:
        with smtplib.SMTP(host, port, timeout=TIMEOUT) as server:
            server.send_message(letter, sender, [recipient])
    except smtplib.SMTPRecipientsRefused as error:
        return _refused(*next(iter(error.recipients.values())))
    except smtplib.SMTPServerDisconnected:
        return f"The mail server at {host}:{port} hung up."
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, UnicodeError) as error:
        return f"The mail server did not take it: {error}"
    except OSError as error:
        return f"No mail server answers at {host}:{port} ({error.strerror or error})."
    return ""


def _refused(code: int, said: bytes | str) -> str:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"The mail server refused it: {code} {' '.join(words.split()).rstrip('.')}."
