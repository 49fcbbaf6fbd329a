"""Every text that a person may read is in the Chinese catalogue, reviewed, and with the same placeholders."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.utils.translation import templatize

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"
ROOMS = ("accounts", "config", "grading", "practice", "tutor", "training")
KEYWORDS = ("gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "_", "template")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,.:;!?()]|[,.:;!?(][\u4e00-\u9fff]|\d %|%\)s %%|您")
COLUMNS = "username,name,number"  # of a CSV
BESIDE_WORDS = re.compile(r"translate [\"'][^%]*%\}[:,;] |\} %(?!\})")
PLACEHOLDER = re.compile(r"\{\w+\}|%\(\w+\)[sd]|\$[^$]+\$")


def python_sources():
    for room in ROOMS:
        yield from (path for path in (ROOT / room).rglob("*.py") if "tests" not in path.parts)


def texts():
    """All msgids in templates and Python."""
    found = set()
    for path in python_sources():
        found |= messages(path.read_bytes())
    for path in (ROOT / "templates").rglob("*.*"):
        found |= messages(templatize(path.read_text(), origin=str(path)).encode())
    return found


def messages(source):
    extracted = extract_python(io.BytesIO(source), KEYWORDS, [], {})
    return {message if isinstance(message, str) else message[0] for _, _, message, _ in extracted if message}


@pytest.fixture(scope="module")
def catalogue():
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def singular(entry):
    """A text that has a plural is known by its singular."""
    return entry.id if isinstance(entry.id, str) else entry.id[0]


def strings(entry):
    return [entry.string] if isinstance(entry.string, str) else list(entry.string)


def test_nothing_is_missing_fuzzy_or_left_over(catalogue):
    reviewed = {singular(entry) for entry in catalogue if entry.id and all(strings(entry)) and not entry.fuzzy}
    assert sorted(texts() - reviewed) == []
    assert sorted(reviewed - texts()) == []


def test_placeholders_survive(catalogue):
    for entry in catalogue:
        if entry.id:
            wanted = sorted(PLACEHOLDER.findall(singular(entry)))
            assert [sorted(PLACEHOLDER.findall(string)) for string in strings(entry)] == [wanted] * len(strings(entry)), entry.id


def test_the_catalogue_is_valid(catalogue):
    assert [(entry.id, errors) for entry, errors in catalogue.check()] == []


def test_chinese_is_punctuated_as_chinese(catalogue):
    found = {singular(entry): string for entry in catalogue if entry.id for string in strings(entry) if HALF_WIDTH.search(string)}
    assert set(found) == {COLUMNS}, found


def test_no_template_punctuates_what_is_translated():
    """A colon or a percent sign that stands outside of the translated text is an English one in Chinese, too. Screen readers aside."""
    templates = {path: re.sub(r'aria-label="[^"]*"', "", path.read_text()) for path in (ROOT / "templates").rglob("*.html")}
    without = {path: re.sub(r"(?s)\{% blocktranslate.*?endblocktranslate %\}", "", text) for path, text in templates.items()}
    assert {path.name: found[0] for path, text in without.items() if (found := BESIDE_WORDS.search(text))} == {}
