"""The English catalogue is whole, and the tool that keeps it says what is missing."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages_tool", ROOT / "tools" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def house(messages: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house with one room: a template and a module."""
    monkeypatch.setattr(messages, "HOUSE", tmp_path)
    pages = tmp_path / "room" / "templates" / "room"
    pages.mkdir(parents=True)
    (tmp_path / "room" / "__init__.py").write_text("")
    (pages / "page.html").write_text(
        '{% load i18n %}\n  <p>{% translate "签收" %}</p>\n'
        "    {% blocktranslate trimmed count n=rows|length %}有 {{ n }} 件"
        "{% plural %}有 {{ n }} 件{% endblocktranslate %}"
    )
    (tmp_path / "room" / "words.py").write_text('from x import gettext as _\n\nSAID = _("%(name)s已签收")\n')
    return tmp_path


def test_every_word_of_the_desk_is_translated(messages: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert messages.main(["--check", "desk"]) == 0, capsys.readouterr().err


def test_new_words_come_in_untranslated_and_are_named(
    messages: ModuleType, house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert messages.main(["room"]) == 1
    said = capsys.readouterr().err
    for word in ("签收", "%(name)s已签收", "有 %(n)s 件"):
        assert f"room: untranslated: {word!r}" in said


def test_a_check_writes_nothing(messages: ModuleType, house: Path) -> None:
    assert messages.main(["--check"]) == 1
    assert not (house / "room" / "locale").exists()


def translated(house: Path, messages: ModuleType) -> Path:
    messages.main(["room"])
    path = house / "room" / "locale" / "en" / "LC_MESSAGES" / "django.po"
    text = path.read_text()
    text = text.replace('msgid "签收"\nmsgstr ""', 'msgid "签收"\nmsgstr "Accept"')
    text = text.replace('msgid "%(name)s已签收"\nmsgstr ""', 'msgid "%(name)s已签收"\nmsgstr "Accepted by %(name)s"')
    text = text.replace('msgstr[0] ""\nmsgstr[1] ""', 'msgstr[0] "%(n)s case"\nmsgstr[1] "%(n)s cases"')
    path.write_text(text)
    return path


def test_translations_are_kept_compiled_and_then_nothing_is_missing(messages: ModuleType, house: Path) -> None:
    path = translated(house, messages)
    assert messages.main(["--check"]) == 1, "the compiled file is older"
    assert messages.main([]) == 0
    assert b"Accepted by" in path.with_suffix(".mo").read_bytes()
    before = path.read_bytes()
    assert messages.main([]) == 0
    assert path.read_bytes() == before
    assert messages.main(["--check"]) == 0


def test_a_lost_placeholder_and_a_word_that_is_gone_are_named(
    messages: ModuleType, house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = translated(house, messages)
    path.write_text(path.read_text().replace("Accepted by %(name)s", "Accepted"))
    (house / "room" / "templates" / "room" / "page.html").write_text("")
    capsys.readouterr()
    assert messages.main(["--check"]) == 1
    said = capsys.readouterr().err
    assert "a placeholder is missing: '%(name)s已签收'" in said
    assert "obsolete: '签收'" in said
