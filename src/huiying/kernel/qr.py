"""A QR code: as SVG inside a page, as vector for PDF and as picture for DOCX; no other host, always the same bytes."""

from __future__ import annotations

import io

import segno


def image(address: str) -> str:
    """As a `data:` address for an image; error correction M survives a fold in the paper."""
    return str(segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=2, dark="#000", light="#fff"))


def svg(address: str) -> str:
    out = io.BytesIO()
    # Error correction M survives a fold in the paper.
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=1, xmldecl=False, dark="#000")
    return out.getvalue().decode()


def png(address: str) -> bytes:
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="png", scale=6, border=1)
    return out.getvalue()
