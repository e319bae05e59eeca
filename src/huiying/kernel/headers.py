"""What every answer tells a browser that Django does not, on errors, files and the API too (§6.1 S12).

Outermost: what another middleware refuses (a foreign host, a form without its token) passes here all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponseBase

# The site needs none of these. What WebAuthn needs is left as browsers have it: for the site's own pages only.
_NEVER: Final = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope",
    "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
ALWAYS: Final = {
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _NEVER),
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}


class EveryAnswer:
    """Sets each header that nobody set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._next(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        return response
