"""Whoever reads what came from outside, each with its seeds: given any bytes it answers, or raises its own error.

`run(data)` says whether the input was taken, and raises only for what is a fault. The same list is driven by hypothesis
(`make test`) and by atheris (`make fuzz`), so that an input that one finds can be given to the other.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fuzzing.seeds import PASS, kept_file, quick_keys, seeds
from huiying.engine import importing_rules
from huiying.engine.expression import ExpressionError, parse
from huiying.engine.post import PostError, parse_post
from huiying.engine.rules import RuleError, read_rules, rules_from
from huiying.kernel import addresses, masking, pdfs, pictures, store
from huiying.listening import outcomes
from huiying.listening.adapters.base import Document, plain
from huiying.listening.decoding import Decoded, decode
from huiying.regulation import RegulationError, loads


@dataclass(frozen=True)
class Target:
    """`seeds` are honest inputs. `run` says whether it took what it was given, and raises for a fault only."""

    name: str
    run: Callable[[bytes], bool]
    seeds: tuple[bytes, ...]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


# --- files that are imported ------------------------------------------------------------------------------------------


def import_file(data: bytes) -> bool:
    from huiying.listening.importing.look import File
    from huiying.listening.importing.registry import UsageError, opened
    from huiying.listening.importing.rows import Options

    with kept_file(data, "2026-09-14.db") as path:
        try:
            with opened(File.of(path)) as found:
                assert isinstance(found.sources, list)
                for _row in found.rows(Options()):
                    pass
        except UsageError:
            return False
    return True


# --- what is fetched --------------------------------------------------------------------------------------------------


def _document(data: bytes, media_type: str = "text/html", url: str = "https://e.example/list/") -> Document:
    return Document(url, media_type, decode(data, media_type), data)


def adapters(data: bytes) -> bool:
    """Every kind of source looks at the document, and reads it whether it knows it or not."""
    from huiying.listening.adapters import ADAPTERS, MAILBOX, detect

    document = _document(data)
    try:
        found = detect(document)
    except outcomes.Failed:
        found = None
    for adapter in ADAPTERS.values():
        if adapter.kind == MAILBOX:
            continue
        try:
            adapter.read(document, found.config if found and found.adapter == adapter.kind else {})
        except outcomes.Failed:
            continue
    return True


def page(data: bytes) -> bool:
    from huiying.listening.extracting import extract

    try:
        article = extract(_document(data))
    except outcomes.Failed:
        return False
    assert article.time_confidence
    return True


def decoded(data: bytes) -> bool:
    found = decode(data, "text/html; charset=gbk")
    assert found.damaged >= 0
    found.text.encode("utf-8", "replace")
    return True


def letter(data: bytes) -> bool:
    from huiying.listening.adapters.mailbox import MEDIA_TYPE, Mailbox

    at = dt.datetime(2026, 9, 14, 2, tzinfo=dt.UTC)
    try:
        reading = Mailbox().read(Document("imap://m.example/INBOX;uid=1", MEDIA_TYPE, Decoded("", ""), data, at), {})
    except outcomes.Failed:
        return False
    for item in reading.items:
        assert item.native_id
        assert item.title or item.text
    return True


def robots(data: bytes) -> bool:
    from huiying.listening import source_check

    text = decode(data).text
    source_check.allowed(text, "https://e.example/a?b=c")
    assert source_check.crawl_delay(text, 2.0) >= 2.0
    return True


def warc(data: bytes) -> bool:
    """A file of our own that the disk has damaged: told by `huiying evidence verify`, never a stop of it."""
    from huiying.listening.evidence import NoWarc, payload_of

    try:
        payload_of(data)
    except NoWarc:
        return False
    return True


# --- what the bureau brings itself ------------------------------------------------------------------------------------


def regulation(data: bytes) -> bool:
    try:
        loads(_text(data), "x.yaml")
        return True
    except RegulationError as error:
        refused = error
    assert refused.problems
    assert all(problem.line >= 1 and problem.message for problem in refused.problems)
    assert "x.yaml" in str(refused)
    return False


def rule_file(data: bytes) -> bool:
    with kept_file(data, "rules.json") as path:
        try:
            rules_from(read_rules(path), name="x")
        except (RuleError, ExpressionError):
            return False
    return True


def expression(data: bytes) -> bool:
    try:
        parse("R1", _text(data), {"LOCAL": "(鞍山 OR 铁东区)"})
    except ExpressionError:
        return False
    return True


def frequency_words(data: bytes) -> bool:
    importing_rules.read_frequency_words(_text(data))
    return True


def post(data: bytes) -> bool:
    try:
        value = json.loads(_text(data))
    except (ValueError, RecursionError):
        return False
    if isinstance(value, dict):
        try:
            made = parse_post(value)
        except PostError:
            return False
        assert made.native_id
    return True


def address(data: bytes) -> bool:
    """The guard: whatever is written, it is judged or refused; nothing inside the house passes as a literal."""
    from huiying.listening import mailbox

    text = _text(data)
    judged = 0
    for judge, refusal in (
        (addresses.check_written, addresses.AddressRefused), (mailbox.parse_address, mailbox.WrongAddress)
    ):  # fmt: skip
        try:
            judge(text)
            judged += 1
        except refusal:
            continue
    return judged > 0


# --- masking and cleaning ---------------------------------------------------------------------------------------------


def mask(data: bytes) -> bool:
    text = _text(data)
    once = masking.mask_personal(text)
    assert masking.mask_personal(once.text).text == once.text, "masked twice is masked once"
    assert masking.may_tell(text) or not once.changed, "the quick look lets nothing through"
    return True


def picture(data: bytes) -> bool:
    kind = store.media_type_of(data)
    if kind in store.IMAGES_AND_PDF and kind != "application/pdf":
        try:
            clean = pictures.without_metadata(data, str(kind))
        except pictures.Broken:
            return False
        assert store.media_type_of(clean) == kind
        assert pictures.without_metadata(clean, str(kind)) == clean
    return True


def pdf(data: bytes) -> bool:
    if store.media_type_of(data) == "application/pdf":
        try:
            pdfs.without_metadata(data)
        except pictures.Broken:
            return False
    return True


def markup(data: bytes) -> bool:
    """Markup to text: what it gives is read as text by every page, so that it may say `<script>`."""
    return isinstance(plain(_text(data)), str)


# --- what comes back from a copy --------------------------------------------------------------------------------------


def ledger_export(data: bytes) -> bool:
    from huiying.ledger import exporting

    with kept_file(data, "ledger.jsonl") as path:
        try:
            exporting.verify(path)
        except exporting.ExportError:
            return False
    return True


def anchor(data: bytes) -> bool:
    from huiying.ledger import anchors

    try:
        anchors.parse_outside(_text(data))
    except anchors.NotAnAnchor:
        return False
    return True


def manifest(data: bytes) -> bool:
    from huiying.keeping import manifest as manifests

    try:
        found = manifests.parse(_text(data))
    except manifests.Damaged:
        return False
    manifests.compare(found, {})
    assert found.seal
    return True


def sealed_copy(data: bytes) -> bool:
    """The encrypted file as it lies there: any changed byte is found."""
    from huiying.keeping import archive
    from huiying.keeping.manifest import Damaged

    with quick_keys(), kept_file(data, "x.hybak") as path:
        try:
            archive.check(path, PASS)
        except Damaged:
            return False
    return True


def opened_copy(data: bytes) -> bool:
    """What lies inside, as somebody who knows the passphrase could have made it."""
    from huiying.keeping import archive
    from huiying.keeping.manifest import Damaged

    with quick_keys(), tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path, into = Path(folder) / "x.hybak", Path(folder) / "into"
        into.mkdir()
        with path.open("wb") as out:
            writer = archive.Writer(out, PASS)
            writer.write(data)
            writer.finish()
        try:
            archive.unpack(path, PASS, into)
            taken = True
        except Damaged:
            taken = False
        anchors = [
            found for found in Path(folder).rglob("*") if found not in (path, into) and into not in found.parents
        ]
        assert not anchors, anchors
    return taken


READERS: dict[str, Callable[[bytes], bool]] = {
    "import_text": import_file,
    "import_archive": import_file,
    "import_workbook": import_file,
    "import_database": import_file,
    "post": post,
    "adapters": adapters,
    "page": page,
    "decode": decoded,
    "letter": letter,
    "robots": robots,
    "warc": warc,
    "regulation": regulation,
    "rule_file": rule_file,
    "expression": expression,
    "frequency_words": frequency_words,
    "address": address,
    "mask": mask,
    "markup": markup,
    "picture": picture,
    "pdf": pdf,
    "ledger_export": ledger_export,
    "anchor": anchor,
    "manifest": manifest,
    "sealed_copy": sealed_copy,
    "opened_copy": opened_copy,
}


def targets() -> dict[str, Target]:
    """Every reader by name."""
    return {name: Target(name, run, seeds()[name]) for name, run in READERS.items()}
