"""Who has not signed with our token is not heard: the vendor's vectors, and agreement with its
own library on anything that can be thought of.
"""

import hashlib
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from ivr.phone.signature import is_signed

FORM = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675310"),
    ("Digits", "1234"),
    ("From", "+14158675310"),
    ("To", "+18005551212"),
]
URL = "https://example.com/myapp.php?foo=1&bar=2"
SIGNATURE = "L/OH5YylLD5NRKLltdqwSvS0BnU="
JSON = b'{"CallSid":"CA1234567890ABCDE","Caller":"+12349013030"}'
JSON_URL = f"https://example.com/myapp?bodySHA256={hashlib.sha256(JSON).hexdigest()}"
JSON_SIGNATURE = "hPXmLwIy3Fgqv1i9KPmH/HhQ6zo="


def test_the_vendors_own_examples_hold() -> None:
    assert is_signed(URL, FORM, b"", SIGNATURE, ["12345"])
    assert is_signed(JSON_URL, [], JSON, JSON_SIGNATURE, ["12345"])


def test_a_json_body_that_was_changed_on_the_way_is_refused() -> None:
    assert not is_signed(JSON_URL, [], JSON + b" ", JSON_SIGNATURE, ["12345"])


@pytest.mark.parametrize(
    ("url", "form", "signature", "tokens"),
    [
        (URL, FORM, None, ["12345"]),
        (URL, FORM, "", ["12345"]),
        (URL, FORM, "ß", ["12345"]),
        (URL, FORM, SIGNATURE, []),
        (URL, FORM, SIGNATURE, ["54321"]),
        (URL, FORM[1:], SIGNATURE, ["12345"]),
        (URL, [*FORM, ("Extra", "")], SIGNATURE, ["12345"]),
        (URL + "&bar=3", FORM, SIGNATURE, ["12345"]),
        ("http" + URL[5:], FORM, SIGNATURE, ["12345"]),
    ],
)
def test_whatever_is_not_signed_by_our_token_is_refused(
    url: str, form: list[tuple[str, str]], signature: str | None, tokens: list[str]
) -> None:
    assert not is_signed(url, form, b"", signature, tokens)


def test_both_tokens_pass_while_one_is_being_rotated() -> None:
    assert is_signed(URL, FORM, b"", SIGNATURE, ["new", "12345"])


@pytest.mark.parametrize(
    ("ours", "signed"),
    [
        ("https://example.com/a", "https://example.com:443/a"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("http://example.com/a", "http://example.com:80/a"),
        ("https://example.com:8443/a", "https://example.com/a"),
    ],
)
def test_the_port_may_be_named_or_left_out(ours: str, signed: str) -> None:
    signature = RequestValidator("12345").compute_signature(signed, {})
    assert is_signed(ours, [], b"", signature, ["12345"])


names = st.text(st.characters(codec="utf-8"), max_size=8)
forms = st.lists(st.tuples(names, names), max_size=12)
urls = st.builds(
    lambda scheme, port, path, query: (
        f"{scheme}://ivr.example{port}/{quote(path)}" + (f"?{urlencode(query)}" if query else "")
    ),
    st.sampled_from(["http", "https"]),
    st.sampled_from(["", ":80", ":443", ":8000"]),
    names,
    forms,
)


@given(urls, forms, st.sampled_from(["12345", "ключ"]))
def test_it_agrees_with_the_vendors_library(
    url: str, form: list[tuple[str, str]], token: str
) -> None:
    theirs = RequestValidator(token)
    signature = theirs.compute_signature(url, MultiDict(form))
    assert is_signed(url, form, b"", signature, [token])
    for changed in (form[1:], [*form, ("x", "y")]):
        agreed = theirs.validate(url, MultiDict(changed), signature)
        assert is_signed(url, changed, b"", signature, [token]) == agreed


@given(st.text(max_size=40))
def test_no_guess_passes(guess: str) -> None:
    assert not is_signed(URL, FORM, b"", guess, ["12345"])
