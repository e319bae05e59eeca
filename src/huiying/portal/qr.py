"""What the QR code of a receipt says."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode


def status_address(request: HttpRequest, number: str, code: str) -> str:
    """Where whoever holds the receipt reads how far it is. The address is as secret as the receipt itself."""
    query = urlencode({"number": number, "code": code})
    return request.build_absolute_uri(f"{reverse('portal:status')}?{query}")
