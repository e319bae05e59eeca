"""No reader of strangers' XML unfolds an entity or fetches one: bombs and outside ones are refused at each (S12)."""

from __future__ import annotations

import ast
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

import huiying
from huiying.listening import decoding, outcomes
from huiying.listening.adapters import ADAPTERS
from huiying.listening.adapters.base import Document
from huiying.listening.decoding import Decoded
from huiying.listening.importing.registry import UsageError
from huiying.listening.outcomes import Failed
from importing_of import read

SECRET = "geheim-7193"
BOMB = '<!DOCTYPE x [<!ENTITY a "ha ha ha ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
) + "]>"  # fmt: skip
FAR = "<!-- " + "x" * 300_000 + " -->"


def doctypes(secret: Path) -> dict[str, str]:
    return {
        "a bomb": BOMB,
        "one entity": '<!DOCTYPE x [<!ENTITY j "ha">]>',
        "a file": f'<!DOCTYPE x [<!ENTITY j SYSTEM "file://{secret}">]>',
        "an address": '<!DOCTYPE x [<!ENTITY j SYSTEM "http://127.0.0.1:9/">]>',
        "a parameter entity": f'<!DOCTYPE x [<!ENTITY % p SYSTEM "file://{secret}"> %p;]>',
        "far down": f'{FAR}<!DOCTYPE x [<!ENTITY j "ha">]>',
        "after a comment like a beginning": '<!-- <urlset > <rss > <feed > --><!DOCTYPE x [<!ENTITY j "ha">]>',
        "in a broken beginning": '<!DOCTYPE x [<!ENTITY j "ha"> & <!ENTITY k "&j;">]>',
    }


BODIES = {
    "sitemap": "<urlset><url><loc>http://a.cn/&j;</loc></url></urlset>",
    "feed": "<rss><channel><title>t</title><item><title>&j;</title><link>http://a.cn/1</link></item></channel></rss>",
    "atom": '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><title>&j;</title><id>1</id></entry></feed>',
    "opml": '<opml version="2.0"><body><outline text="&j;" xmlUrl="http://a.cn/feed"/></body></opml>',
}


def document(text: str) -> Document:
    return Document("http://a.cn/x", "application/xml", Decoded(text, "utf-8"), text.encode())


def workbook(text: str, part: str, encoding: str) -> bytes:
    made, out = io.BytesIO(), io.BytesIO()
    book = Workbook()
    book.active.append(["标题", "正文"])
    book.active.append(["甲", "开标系统打不开"])
    book.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                plain = content.decode().partition("?>")[2] if content.startswith(b"<?xml") else content.decode()
                content = f'<?xml version="1.0" encoding="{encoding}"?>{text}{plain}'.encode(encoding)
            target.writestr(name, content)
    return out.getvalue()


def taken(path: Path, format: str) -> str:
    """Why nothing of the file was taken."""
    with pytest.raises(UsageError) as refused:
        read(path, format=format)
    return str(refused.value)


@pytest.mark.parametrize("kind", ["sitemap", "feed", "atom"])
def test_a_source_that_defines_entities_is_refused_by_its_adapter(kind: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    adapter = ADAPTERS["sitemap" if kind == "sitemap" else "feed"]
    for what, doctype in doctypes(secret).items():
        for head in ("", '<?xml version="1.0" encoding="gb2312"?>'):
            with pytest.raises(Failed) as failed:
                adapter.read(document(head + doctype + BODIES[kind]), {})
            assert failed.value.outcome in (outcomes.ENTITIES, outcomes.WRONG_TYPE), what
            assert SECRET not in failed.value.detail


@pytest.mark.parametrize("kind", ["feed", "atom", "opml"])
def test_a_file_that_defines_entities_is_refused_by_its_importer(kind: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    for what, doctype in doctypes(secret).items():
        path = tmp_path / "x.xml"
        path.write_text(f'<?xml version="1.0"?>{doctype}{BODIES[kind]}', encoding="utf-8")
        assert SECRET not in taken(path, "opml" if kind == "opml" else "feed"), what


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "[Content_Types].xml"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_workbook_that_defines_entities_in_any_part_is_refused(part: str, encoding: str, tmp_path: Path) -> None:
    for doctype in (BOMB, '<!DOCTYPE x [<!ENTITY j SYSTEM "file:///etc/passwd">]>'):
        path = tmp_path / "x.xlsx"
        path.write_bytes(workbook(doctype, part, encoding))
        with pytest.raises(UsageError, match=r"实体|打不开|损坏|格式"):
            read(path)


def test_what_defines_nothing_is_read_as_ever(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(workbook("", "xl/workbook.xml", "utf-8"))
    assert len(read(path).posts) == 1
    head = '<?xml version="1.0" encoding="gb2312"?><!DOCTYPE rss PUBLIC "-//x//DTD RSS 0.91//EN" "http://x.cn/rss.dtd">'
    reading = ADAPTERS["feed"].read(document(head + BODIES["feed"].replace("&j;", "公告")), {})
    assert [item.title for item in reading.items] == ["公告"]
    assert len(ADAPTERS["sitemap"].read(document(BODIES["sitemap"].replace("&j;", "1")), {}).items) == 1
    decoding.check_xml_text("no xml at all & <b>")


def test_a_beginning_without_end_is_not_read_on() -> None:
    def endless() -> Any:
        while True:
            yield b"<!-- " + b"x" * (1 << 18) + b" -->"

    with pytest.raises(decoding.Entities):
        decoding.check_xml(endless())


PARSERS = {"xml", "lxml", "defusedxml", "feedparser", "fastfeedparser", "openpyxl"}
#: Who reads XML of strangers, each behind `decoding.check_xml`; writing XML or reading HTML is no concern of this rule.
KNOWN = {
    "listening/decoding.py", "listening/adapters/feeds.py",
    "listening/importing/feeds.py", "listening/importing/rows.py",
}  # fmt: skip


def test_no_other_module_parses_xml() -> None:
    """A new reader stands here only once it asks `decoding.check_xml` first."""
    root, found = Path(huiying.__file__).parent, set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            if {name.partition(".")[0] for name in names} & PARSERS and "xml.sax.saxutils" not in names:
                found.add(path.relative_to(root).as_posix())
    assert found == KNOWN
    readers = KNOWN - {"listening/decoding.py", "listening/importing/rows.py"} | {"listening/importing/look.py"}
    assert not [name for name in readers if "check_xml" not in (root / name).read_text("utf-8")]  # rows: after unpack
