"""Mails as they come: from people, from programs, and from people who mean no good.

Each has a name, the raw mail, what must be read from it (what is not named is not looked at), and
what becomes of it where nobody has written before.
"""

import base64
import quopri
from dataclasses import dataclass, field, replace
from email.header import Header
from typing import Any

from callflows.turn import Severity
from ivr.models import MailOutcome

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True)
class Sample:
    name: str
    raw: bytes
    read: dict[str, Any] = field(default_factory=dict)
    outcome: MailOutcome = MailOutcome.OPENED
    nasty: bool = False


def mail(body: str | bytes = "It is down.\n", **headers: str) -> bytes:
    """A plain mail of Ana's; None takes a header away."""
    given = {
        "From": "Ana Roy <ana@acme.example>",
        "To": "support@2n5.example",
        "Subject": "SIP trunk down",
        "Message-ID": "<one@acme.example>",
        "Date": "Tue, 24 Nov 2026 03:00:00 -0500",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value is not None)
    text = body.encode() if isinstance(body, str) else body
    return head.encode("utf-8", "surrogateescape") + b"\r\n" + text.replace(b"\n", b"\r\n")


def multipart(kind: str, *parts: bytes, **headers: str) -> bytes:
    body = b"".join(b"--edge\n" + part + b"\n" for part in parts) + b"--edge--\n"
    return mail(
        body, MIME_Version="1.0", Content_Type=f'multipart/{kind}; boundary="edge"', **headers
    )


def part(
    content: str | bytes, media_type: str = "text/plain; charset=utf-8", **headers: str
) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    head = f"Content-Type: {media_type}\nContent-Transfer-Encoding: base64\n"
    head += "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return head.encode() + b"\n" + base64.encodebytes(raw)


def coded(text: str, charset: str = "utf-8") -> str:
    return Header(text, charset).encode()


FRENCH_REPLY = """\
Oui, ça marche de nouveau. Merci !

Le mar. 24 nov. 2026 à 09:12, Soutien 2N5 <support@2n5.example> a écrit :

> Est-ce que le télécopieur marche ?
> Bo
"""
OUTLOOK_REPLY = """\
All phones are mute.

________________________________
From: 2N5 support <support@2n5.example>
Sent: Tuesday, November 24, 2026 9:12 AM
To: Ana Roy
Subject: [#4411] A question about your ticket

Which phone?
"""
OUTLOOK_FRENCH = """\
Tous les appareils.

De : Soutien 2N5 <support@2n5.example>
Envoyé : mardi 24 novembre 2026 09:12
À : Luc Lajoie
Objet : [#4437] Une question

Quel appareil ?
"""
HTML = (
    "<html><head><style>p{color:red}</style><script>alert(1)</script></head><body>"
    "<p>Bonjour,</p><p>Plus de <b>tonalité</b>.<br>Merci &amp; à bientôt</p></body></html>"
)

AUTOMATIC, BOUNCE, OWN = MailOutcome.AUTOMATIC, MailOutcome.BOUNCE, MailOutcome.OWN

GOOD = [
    Sample("plain", mail(), {"sender": "ana@acme.example", "name": "Ana Roy", "subject": "SIP trunk down",
                             "text": "It is down.", "severity": None, "message_id": "<one@acme.example>",
                             "automatic": False, "bounce": False, "files": ()}),
    Sample("critical by a tag", mail(Subject="[Critical] No calls at all"),
           {"severity": Severity.CRITICAL, "title": "No calls at all"}),
    Sample("critique, in French", mail(Subject=coded("[CRITIQUE] Plus aucune tonalité")),
           {"severity": Severity.CRITICAL, "title": "Plus aucune tonalité"}),
    Sample("major by a header", mail(X_Severity="major"), {"severity": Severity.MAJOR}),
    Sample("an answer with the number", mail(Subject="RE: [#4411] SIP trunk down"),
           {"tickets": ("4411",), "title": "SIP trunk down"}),
    Sample("an answer by its thread", mail(In_Reply_To="<a@2n5.example>", References="<z@x> <b@2n5.example>\r\n <a@2n5.example>"),
           {"answers": ("<a@2n5.example>", "<b@2n5.example>", "<z@x>")}),
    Sample("TR and RÉP", mail(Subject=coded("TR : Rép : RE: [#4437] Télécopieur muet")),
           {"tickets": ("4437",), "title": "Télécopieur muet"}),
    Sample("French, quoted-printable, Latin-1",
           mail(quopri.encodestring("Le télécopieur est muet : ça presse.".encode("latin-1")),
                Content_Type="text/plain; charset=iso-8859-1", Content_Transfer_Encoding="quoted-printable"),
           {"text": "Le télécopieur est muet : ça presse."}),
    Sample("French, Windows-1252 with an apostrophe",
           mail("L’été est fini…".encode("cp1252"), Content_Type="text/plain; charset=windows-1252",
                Content_Transfer_Encoding="8bit"),
           {"text": "L’été est fini…"}),
    Sample("a French name in the header", mail(From=f"{coded('Hélène Côté', 'iso-8859-1')} <helene@lajoie.example>"),
           {"name": "Hélène Côté", "sender": "helene@lajoie.example"}),
    Sample("HTML alone", mail(HTML, MIME_Version="1.0", Content_Type="text/html; charset=utf-8"),
           {"text": "Bonjour,\n\nPlus de tonalité.\nMerci & à bientôt", "files": ()}),
    Sample("text beside HTML", multipart("alternative", part("Plain wins"), part(HTML, "text/html; charset=utf-8")),
           {"text": "Plain wins", "files": ()}),
    Sample("a screenshot", multipart("mixed", part("See the picture"),
                                     part(PNG, "image/png", Content_Disposition='attachment; filename="screen.png"')),
           {"text": "See the picture", "files": [("screen.png", "image/png", PNG)]}),
    Sample("an image in the text", multipart("related", part('<p>Here: <img src="cid:a"></p>', "text/html"),
                                             part(PNG, "image/png", Content_ID="<a>")),
           {"text": "Here:", "files": [("", "image/png", PNG)]}),
    Sample("a file with a French name", multipart("mixed", part("Journal ci-joint"),
           part("ligne 1", "text/plain", Content_Disposition="attachment; filename*=utf-8''journal%20d%C3%A9taill%C3%A9.log")),
           {"text": "Journal ci-joint", "files": [("journal détaillé.log", "text/plain", b"ligne 1")]}),
    Sample("a forwarded mail as a file", multipart("mixed", part("See below"),
           b"Content-Type: message/rfc822\n\nFrom: x@y.example\nSubject: Inner [#99]\n\nInner words\n"),
           {"text": "See below", "tickets": ()}),
    Sample("to the escalation address", mail(To="Escalation <Escalation@2n5.example>", Cc="support@2n5.example"),
           {"recipients": frozenset({"escalation@2n5.example", "support@2n5.example"})}),
    Sample("Unix line ends", mail().replace(b"\r\n", b"\n"), {"text": "It is down.", "sender": "ana@acme.example"}),
    Sample("no words at all", mail(""), {"text": "", "title": "SIP trunk down"}),
    Sample("no subject", mail(Subject=None), {"subject": "", "title": ""}),
    Sample("Japanese", mail("電話が使えません".encode("iso-2022-jp"), Content_Type="text/plain; charset=iso-2022-jp",
                            Subject=coded("障害", "iso-2022-jp")),
           {"text": "電話が使えません", "title": "障害"}),
    Sample("emoji", mail("Down 💥👨‍👩‍👧", Subject=coded("💥 Down"), Content_Type="text/plain; charset=utf-8"),
           {"text": "Down 💥👨‍👩‍👧", "title": "💥 Down"}),
]  # fmt: skip

NASTY = [
    Sample("an automatic answer", mail(Auto_Submitted="auto-replied"), {"automatic": True}, AUTOMATIC),
    Sample("out of office, in French", mail("Je suis absente.", Subject=coded("Réponse automatique : [#4411]"),
                                            Auto_Submitted='auto-replied; owner-email="a"'),
           {"automatic": True, "tickets": ("4411",)}, AUTOMATIC),
    Sample("written by hand", mail(Auto_Submitted="no"), {"automatic": False}),
    Sample("a mailing list", mail(List_Id="<news.example>", Precedence="list"), {"automatic": True}, AUTOMATIC),
    Sample("bulk", mail(Precedence="bulk"), {"automatic": True}, AUTOMATIC),
    Sample("an old autoresponder", mail(X_Autoreply="yes"), {"automatic": True}, AUTOMATIC),
    Sample("a bounce", multipart("report", part("could not be delivered"), From="MAILER-DAEMON@mx.example"),
           {"bounce": True}, BOUNCE),
    Sample("from nobody", b"Return-Path: <>\r\n" + mail(), {"bounce": True}, BOUNCE),
    Sample("no From", mail(From=None), {"sender": ""}),
    Sample("a From that is none", mail(From="<<<>>> not an address @@"), {"sender": ""}),
    Sample("many Froms", mail(From="a@x.example, b@y.example"), {"sender": "a@x.example"}),
    Sample("headers injected in the subject",
           mail(Subject=coded("Hi\r\nBcc: evil@example.com\r\n\r\nBody")), {"subject": "Hi Bcc: evil@example.com Body"}),
    Sample("headers injected in the name", mail(From=f"{coded('Ana' + chr(13) + chr(10) + 'Bcc: x@y')} <ana@acme.example>"),
           {"sender": "ana@acme.example"}),
    Sample("a charset that is none", mail("caf\u00e9", Content_Type="text/plain; charset=klingon-1"), {"text": "café"}),
    Sample("bytes that are no UTF-8", mail(b"caf\xe9 \xff\xfe", Content_Type="text/plain; charset=utf-8"), {"text": "café ÿþ"}),
    Sample("raw bytes in the subject", mail(Subject="PLACE").replace(b"PLACE", b"T\xe9l\xe9copieur muet"),
           {"sender": "ana@acme.example"}),
    Sample("base64 that is none", mail("!!!not base64!!!", Content_Transfer_Encoding="base64"), {"sender": "ana@acme.example"}),
    Sample("a multipart without its edge", mail("words", MIME_Version="1.0", Content_Type="multipart/mixed"),
           {"sender": "ana@acme.example"}),
    Sample("a multipart that never ends", mail("--edge\nContent-Type: text/plain\n\nHalf a mail",
           MIME_Version="1.0", Content_Type='multipart/mixed; boundary="edge"'), {"text": "Half a mail"}),
    Sample("a thousand boxes in boxes",
           mail(b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(1000)),
                MIME_Version="1.0", Content_Type='multipart/mixed; boundary="edge"')),
    Sample("two thousand parts", multipart("mixed", part("first"), *[part("x", "image/png")] * 2_000), {"text": "first"}),
    Sample("a file name that is a path", multipart("mixed", part("x"),
           part(b"MZ", "application/x-dosexec", Content_Disposition='attachment; filename="../../etc/passwd\u202egnp.exe"')),
           {"text": "x"}),
    Sample("a zip bomb", multipart("mixed", part("Logs"), part(b"PK\x03\x04" + b"\0" * 5000, "application/zip",
                                   Content_Disposition="attachment; filename=bomb.zip")),
           {"files": [("bomb.zip", "application/zip", b"PK\x03\x04" + b"\0" * 5000)]}),
    Sample("a header of a megabyte", mail(X_Junk="j" * 1_000_000), {"text": "It is down."}),
    Sample("thirty megabytes of words", mail(b"word " * 6_000_000), {"sender": "ana@acme.example"}),
    Sample("ten thousand references", mail(References=" ".join(f"<{n}@x>" for n in range(10_000)))),
    Sample("NUL and bells", mail(b"It\x00 is\x07 down"), {"text": "It is down"}),
    Sample("nothing", b""),
    Sample("no mail at all", bytes(range(256)) * 10),
    Sample("only headers", b"Subject: [#4411]\r\n", {"tickets": ("4411",)}),
    Sample("HTML that is broken", mail("<table><tr><td>Down<b><i></table><!-- ", Content_Type="text/html"), {"text": "Down"}),
    Sample("HTML deeper than any page", mail("<div>" * 20_000 + "deep", Content_Type="text/html")),
    Sample("a number too long to be one", mail(Subject="[#12345678901234567890] [#0]"), {"tickets": ("0",)}),
    Sample("two numbers", mail(Subject="[#1] and [#4411]"), {"tickets": ("1", "4411")}),
    Sample("the same number of ours in words", mail(Subject="About #4411 again"), {"tickets": ()}),
    Sample("a read receipt", mail("It was read.", Content_Type="multipart/report; report-type=disposition-notification; boundary=e"),
           {"bounce": False, "automatic": True}, AUTOMATIC),
    Sample("our own mail", mail(From="2N5 <Support@2n5.example>"), {"sender": "support@2n5.example"}, OWN),
    Sample("words in HTML, and a foot in plain text",
           multipart("mixed", part("<p>All phones are mute</p>", "text/html"), part("Sent by a gateway")),
           {"text": "All phones are mute\n\nSent by a gateway"}),
    Sample("an invitation and a table without a name",
           multipart("mixed", part("Meet"), part("BEGIN:VCALENDAR", "text/calendar"), part("a;b", "text/csv")),
           {"text": "Meet", "files": [("", "text/calendar", b"BEGIN:VCALENDAR"), ("", "text/csv", b"a;b")]}),
    Sample("a word cut in the middle of a letter", mail(Subject="=?utf-8?B?w4k=?=\r\n =?utf-8?B?dMM=?= =?utf-8?B?qQ==?="),
           {"subject": "Ét\u00c3©"}),
    Sample("a line that Unicode breaks", mail(Subject=coded("One\u2028Bcc: evil@example.com\x85Two")),
           {"subject": "One Bcc: evil@example.com Two"}),
    Sample("a charset that makes half characters", mail("+2AA-", Content_Type="text/plain; charset=utf-7"), {"text": "?"}),
    Sample("a charset that is Python's", mail("\\ud800", Content_Type="text/plain; charset=unicode_escape"), {"text": "\\ud800"}),
    Sample("a charset that takes hours", mail("a" * 3_000_000, Content_Type="text/plain; charset=punycode"),
           {"sender": "ana@acme.example"}),
    Sample("an address that is a path", mail(From="../../../../tmp/evil@acme.example"), {"sender": "../../../../tmp/evil@acme.example"}),
    Sample("an address in no alphabet of ours", mail(From="élan@café.example"), {"sender": "élan@café.example"}),
    Sample("an address that the library cannot write", mail(From="a@[b\\\\"), {"sender": "a@[b\\\\"}),
    Sample("a type of quotes", mail(Content_Type='"' * 60_000), {"sender": "ana@acme.example"}),
    Sample("a name of quotes", mail(From='"' * 60_000 + " <ana@acme.example>")),
    Sample("comments in comments", mail(From="(" * 60_000, To="(" * 60_000, Content_Type="(" * 60_000,
                                        Content_Disposition="(" * 60_000, Content_Transfer_Encoding="(" * 60_000)),
    Sample("parameters without end", mail(Content_Type="text/plain" + "; x*1*=a" * 10_000, Content_Disposition=";" * 60_000)),
    Sample("boxes in boxes, well made",
           mail(b"".join(b'--b%d\nContent-Type: multipart/mixed; boundary="b%d"\n\n' % (n, n + 1) for n in range(1000)),
                MIME_Version="1.0", Content_Type='multipart/mixed; boundary="b0"'), {"title": "SIP trunk down"}),
    Sample("mails in mails", b"Content-Type: message/rfc822\n\n" * 1000),
    Sample("a million parts", mail(b"--e\n\n" * 1_000_000, Content_Type="multipart/mixed; boundary=e"), {"sender": "ana@acme.example"}),
    Sample("five million lines", mail(b"\n" * 5_000_000 + b"end"), {"sender": "ana@acme.example"}),
    Sample("a million headers", b"a: b\n" * 1_000_000 + mail()),
    Sample("paragraphs without words", mail("<p>" * 300_000, Content_Type="text/html")),
    Sample("brackets that never close", mail("<" * 300_000, Content_Type="text/html")),
]  # fmt: skip

CORPUS = [*GOOD, *(replace(one, nasty=True) for one in NASTY)]
