"""What a PDF says beside its pages: who wrote it, with what, when, where. Taken out as from a photo (§6.2).

What would start when somebody opens the file (scripts, launches, files inside) goes too: the duty officer opens it.
"""

from __future__ import annotations

import io
import logging
from typing import Final

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject, NameObject, StreamObject

from huiying.kernel import pictures

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is wrong with a file is told to the one who sent it

PAGES_MOST: Final = 500
_OF_THE_FILE: Final = ("/Metadata", "/OpenAction", "/AA", "/PieceInfo", "/Collection", "/AcroForm")
_OF_A_PAGE: Final = ("/Metadata", "/AA", "/PieceInfo", "/LastModified", "/Annots")
_NAMED: Final = ("/JavaScript", "/EmbeddedFiles")


class Broken(pictures.Broken):
    """The bytes begin like a PDF and can not be read as one."""


class Locked(Broken):
    """It asks for a password."""


def without_metadata(content: bytes) -> bytes:
    """The same pages, without what was written beside them and without what acts by itself. Raises Broken or Locked."""
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise Locked
        if not 0 < len(reader.pages) <= PAGES_MOST:
            raise Broken(f"{len(reader.pages)} pages")
        # Page by page into a new file: what no page needs stays behind, wherever in the old file it lay.
        writer = PdfWriter()
        for page in reader.pages:
            _clean_photos(writer.add_page(page, excluded_keys=_OF_A_PAGE))
        writer.metadata = None
        _drop(writer.root_object, _OF_THE_FILE)
        names = writer.root_object.get("/Names")
        if isinstance(names, DictionaryObject):
            _drop(names, _NAMED)
        made = io.BytesIO()
        writer.write(made)
    except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        if isinstance(error, pictures.Broken):
            raise
        raise Broken(str(error)) from error
    return made.getvalue()


def _clean_photos(page: PageObject) -> None:
    """A scan is often a photo as the telephone took it, with its place inside the page."""
    drawn = page.get("/Resources", DictionaryObject()).get_object().get("/XObject", DictionaryObject()).get_object()
    for reference in drawn.values():
        image = reference.get_object()
        if isinstance(image, StreamObject):
            _check_size(image)
        if isinstance(image, StreamObject) and image.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
            image.pop(NameObject("/Metadata"), None)
            image._data = pictures.without_metadata(image._data, "image/jpeg")


def _check_size(image: StreamObject) -> None:
    sides = [int(str(image[name])) if name in image else 0 for name in ("/Width", "/Height")]
    if sides[0] * sides[1] > pictures.MOST_POINTS:
        raise pictures.TooLarge


def _drop(found: DictionaryObject, keys: tuple[str, ...]) -> None:
    for key in keys:
        found.pop(NameObject(key), None)
