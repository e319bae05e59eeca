"""S12: what a stranger wrote is text on every page, in every file and feed, whatever it looks like.

The pages are found by following links from the desk and the portal, one of each address pattern.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import translation
from hypothesis import example, given, settings, strategies as st
from selectolax.lexbor import LexborHTMLParser

import stories
from cast import Cast
from huiying.desk.templatetags.desk import as_written, marked
from huiying.desk.views.imports import _harmless
from huiying.listening.actions import receive_message
from huiying.paper.document import Heading, Note, Paragraph, Row, Table
from huiying.paper.docx import _writable
from huiying.portal.templatetags.plain import as_typed
from huiying.responding.actions import dialogue
from paper.paper_of import made, pages, whole, word
from stream_of import bring

MARK = "pwnd7"
PAYLOADS = (
    f"<script>alert('{MARK}')</script>", f"<img src=x onerror=alert('{MARK}')>", f"\"><svg onload=alert('{MARK}')>",
    f"'><iframe src=javascript:alert('{MARK}')></iframe>", f"</textarea><b id={MARK}>",
    f"<a href=javascript:{MARK}>x</a>",
    "{{ 7191*7193 }}{% load i18n %}", f"<!--{MARK}--><base href=//{MARK}.example>", f"&lt;script&gt;{MARK}",
    f"]]><script>{MARK}</script>", f"<style>*{{}}</style><form action=//{MARK}.example>", "\u202e倒\u202c\u2066",
)  # fmt: skip
HOSTILE = "鞍山公共资源交易中心保证金不退 " + " ".join(PAYLOADS)


def bad(html: str) -> list[str]:
    """Elements and attributes that only a payload could have made."""
    tree = LexborHTMLParser(html)
    found = [
        node.html or "" for node in tree.css("script:not([src]), iframe, svg[onload], base, img[src=x], style, object")
    ]
    found += [node.html or "" for node in tree.css(f"#{MARK}, [action*={MARK}], [href*={MARK}], [src*={MARK}]")
              if "javascript:" in (node.html or "") or node.tag != "a" or f"//{MARK}" in (node.html or "")]  # fmt: skip
    for node in tree.css("*"):
        found += [f"{node.tag} {name}" for name in node.attributes if name.startswith("on")]
        link = (node.attributes.get("href") or node.attributes.get("src") or "").strip().lower()
        own = node.tag == "img" and link.startswith("data:image/svg+xml")  # the picture of one's own authenticator
        found += [f"{node.tag} {link}"] if not own and re.match(r"(javascript|data|vbscript):", link) else []
    return found + (["a template was run"] if str(7191 * 7193) in html else [])


@pytest.fixture
def hostile(cast: Cast) -> Cast:
    """Everything that a stranger may write, and what staff copied out of it."""
    bring(
        HOSTILE, title=f"标题{PAYLOADS[0]}{PAYLOADS[2]}", outlet=f"某报{PAYLOADS[1]}", url="https://a.example/<script>"
    )
    receive_message("投诉", HOSTILE, PAYLOADS[1])
    dialogue.ask_request("deletion", f"请删去 {HOSTILE}")
    draft = {
        "title": f"答复{PAYLOADS[0]}", "question": f"有人问{PAYLOADS[1]}", "facts": f"经查{PAYLOADS[2]}",
        "renditions": {"portal": f"已办{PAYLOADS[3]}{PAYLOADS[4]}"},
    }  # fmt: skip
    stories.answered(cast, **draft)
    return cast


def walk(client: Client, *starts: str, most: int = 150) -> tuple[dict[str, str], Counter[str]]:
    """The pages by address, and how many of each pattern."""
    wanted, found, patterns = list(starts), {}, Counter[str]()
    while wanted and len(found) < most:
        address = wanted.pop(0)
        try:
            route = str(resolve(address.partition("?")[0]).route)
        except Resolver404:
            continue
        if address in found or patterns[route] or "sign-out" in address or "language" in address:
            continue
        answer = client.get(address)
        if answer.status_code != 200 or "html" not in answer.headers.get("Content-Type", ""):
            continue
        patterns[route] += 1
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found[address] = body.decode()
        for link in LexborHTMLParser(found[address]).css("a[href]"):
            target = urlsplit(urljoin(f"http://testserver{address}", link.attributes.get("href") or ""))
            if target.netloc == "testserver":
                wanted.append(target.path + (f"?{target.query}" if target.query else ""))
    return found, patterns


def test_no_page_of_the_desk_makes_markup_of_it(hostile: Cast) -> None:
    client = Client()
    client.force_login(hostile.office, backend="django.contrib.auth.backends.ModelBackend")
    found, patterns = walk(
        client, "/desk/", f"/desk/search/?q={MARK}", "/desk/stream/", "/desk/suspects/", "/desk/ledger/"
    )
    assert {address: bad(html) for address, html in found.items() if bad(html)} == {}
    shown = [address for address, html in found.items() if MARK in html]
    assert len(shown) >= 8, f"the walk must come to where it is shown: {shown}"
    assert len(patterns) >= 40


def test_no_page_of_the_public_site_makes_markup_of_it(hostile: Cast) -> None:
    found, _patterns = walk(Client(), "/", "/answers/", f"/search/?q={PAYLOADS[1]}", "/figures/", "/rights/", "/ask/")
    assert {address: bad(html) for address, html in found.items() if bad(html)} == {}
    assert any(MARK in html for html in found.values())


def test_a_form_that_comes_back_shows_what_was_typed_as_text(cast: Cast) -> None:
    typed = {"kind": "咨询", "text": HOSTILE, "contact": "x" * 500, "website": ""}
    for address in ("/ask/", "/rights/", "/status/", "/rights/status/"):
        page = Client().post(address, typed | {"number": PAYLOADS[2], "code": PAYLOADS[1]}).content.decode()
        assert bad(page) == [], address


def test_feeds_are_whole_xml_and_json(hostile: Cast) -> None:
    client = Client()
    feed = ElementTree.fromstring(client.get("/feed.xml").content)
    assert MARK in "".join(feed.itertext())
    assert {node.tag.rpartition("}")[2] for node in feed.iter()}.isdisjoint({"script", "svg", "iframe", "base"})
    assert MARK in json.dumps(client.get("/feed.json").json())
    for answer in (client.get("/feed.json"), client.get("/api/answers")):
        assert answer.headers["Content-Type"].startswith("application/")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


TEXTS = st.one_of(st.text(max_size=60), st.sampled_from(PAYLOADS), st.text("<>&\"'/=!-lt;amp中", max_size=40))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@given(text=TEXTS, words=st.lists(st.one_of(st.sampled_from(["lt", "amp", "<", "中", "script"]), TEXTS), max_size=3))
@settings(max_examples=80, derandomize=True)
def test_filters_that_say_safe_give_back_the_same_text(language: str, text: str, words: list[str]) -> None:
    """`marked`, `as_written` and `as_typed` call what they made safe: nothing but their own element may be in it."""
    with translation.override(language):
        for html in (marked(text, words), as_written(text), as_typed(text)):
            plain = re.sub(r"</?(?:mark|span)(?: lang=\"zh-Hans\")?>", "", str(html))
            assert "<" not in plain
            assert ">" not in plain
            assert Template("{{ x }}").render(Context({"x": text})) == plain


# --- files ------------------------------------------------------------------------------------------------------------

TYPST = '#read("/etc/passwd") #import "x" $x^2$ *fett* \\u{41} @label <label> #[1+1] `raw` // weg /* weg */ = Titel'


def test_the_typesetter_sets_code_as_words(cast: Cast) -> None:
    blocks = (Heading(TYPST), Paragraph(TYPST), Table(("甲", "乙"), (Row((TYPST, PAYLOADS[0])),)), Note(PAYLOADS[1]))
    told = whole("".join(pages(made(blocks=blocks, title=TYPST))))
    assert told.count(whole('#read("/etc/passwd")')) >= 4
    assert whole(PAYLOADS[1]) in told
    assert "root:" not in told


@settings(max_examples=300, derandomize=True)
@given(st.text())
def test_what_goes_into_a_word_file_can_be_written_as_xml(text: str) -> None:
    clean = _writable(text)
    ElementTree.fromstring(f"<a>{escape(clean)}</a>")
    assert clean == "".join(char for char in text if char in clean)


@settings(max_examples=5, derandomize=True, deadline=None)
@given(st.text(max_size=80))
@example("\x00\x0b\x1b\ufffe\uffff")
def test_a_word_file_holds_whatever_was_written(text: str) -> None:
    """Control characters are none of XML's: they are left out and cost no document."""
    made_of = word(made(blocks=(Paragraph(f"始{text}末"),), title=f"题{text}"))
    told = "".join(line.text for line in made_of.paragraphs)
    assert "始" in told
    assert "末" in told


def test_word_gets_no_field_and_no_element_out_of_a_text(cast: Cast) -> None:
    text = f'<w:fldSimple w:instr="DDEAUTO c:\\\\cmd"/>{PAYLOADS[0]}'
    made_of = word(made(blocks=(Paragraph(text),)))
    assert any(text in line.text for line in made_of.paragraphs)
    assert "DDEAUTO" not in "".join(made_of.element.xpath("//w:fldSimple/@w:instr | //w:instrText/text()"))


@given(st.text(max_size=30))
@settings(max_examples=60, derandomize=True)
def test_no_cell_begins_like_a_formula(text: str) -> None:
    for start in ("", "=", "+", "-", "@", "\t=", "\r", " =", "＝", "＠SUM"):
        out = io.StringIO()
        csv.writer(out).writerow([_harmless(start + text)])
        cell = next(csv.reader(io.StringIO(out.getvalue(), newline="")))[0] if out.getvalue().strip() else ""
        assert cell.lstrip(" ")[:1] not in tuple("=+-@＝＋－＠\t\r"), repr(cell)


def test_the_walk_would_notice_each_payload() -> None:
    for payload in PAYLOADS[:6]:
        assert bad(f"<p>{payload}</p>"), payload
