"""The QR code of a receipt: an SVG inside the page, so that no other host and no second request is needed."""

from __future__ import annotations

import segno
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode


def status_address(request: HttpRequest, number: str, code: str) -> str:
    """Where whoever holds the receipt reads how far it is. The address is as secret as the receipt itself."""
    query = urlencode({"number": number, "code": code})
    return request.build_absolute_uri(f"{reverse('portal:status')}?{query}")


def image(address: str) -> str:
    """As a `data:` address for an image; error correction M survives a fold in the paper."""
    return str(segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=2, dark="#000", light="#fff"))
