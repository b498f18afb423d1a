"""What somebody wrote in an answer, and what it quotes; in English and in French."""

import re

INTRODUCES = re.compile(
    r"^[ \t>]*(?:"
    r"(?:On|Le)\b[^\n]{4,200}(?:\n[^\n]{0,200}){0,2}?\s(?:wrote|a\s+écrit|a\s+ecrit)\s*:\s*$"
    r"|[^\n]{0,160}\d{4}[^\n]{0,160}\s(?:wrote|a\s+écrit)\s*:\s*$"
    r"|-{2,}\s*(?:Original Message|Original Appointment|Message d['’]origine|Message original"
    r"|Message initial|Forwarded message|Message transféré)\s*-{2,}\s*$"
    r"|(?:_{8,}\s*\n)?\**(?:From|De)\**\s*:[^\n]+\n(?:[^\n]*\n){0,2}?"
    r"\**(?:Sent|Date|Envoyé|Envoyé le|To|À|A)\**\s*:[^\n]+$"
    r")",
    re.MULTILINE | re.IGNORECASE,
)
QUOTED = re.compile(r"^[ \t]*>")


def split(text: str) -> tuple[str, str]:
    """Their own words, and the quoted rest. Answers written between quoted lines stay with them:
    then all of it is theirs.
    """
    introduced = INTRODUCES.search(text)
    at = introduced.start() if introduced else _trailing_quotes(text)
    own, rest = text[:at].rstrip(), text[at:].strip("\n")
    after = text[introduced.end() :] if introduced else ""
    if not own.strip() or _answers_between(after):
        return text, ""
    return own, rest


def _trailing_quotes(text: str) -> int:
    """Where the quoted lines begin with which the text ends."""
    lines = text.splitlines(keepends=True)
    first = len(lines)
    while first and (QUOTED.match(lines[first - 1]) or not lines[first - 1].strip()):
        first -= 1
    quoted = any(QUOTED.match(line) for line in lines[first:])
    return sum(map(len, lines[:first])) if quoted else len(text)


def _answers_between(rest: str) -> bool:
    """Whether somebody wrote between lines that are marked as quoted."""
    lines = [line for line in rest.splitlines() if line.strip()]
    marked = [bool(QUOTED.match(line)) for line in lines]
    return any(marked) and not all(marked[: 1 + max(at for at, one in enumerate(marked) if one)])
