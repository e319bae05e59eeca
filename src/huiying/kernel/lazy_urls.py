"""Addresses that are loaded when one of them is asked for, and not before the first page of another face."""

from __future__ import annotations

from typing import Any

from django.urls.resolvers import RoutePattern, URLResolver
from django.utils.translation import get_language


class LoadedWhenAsked(URLResolver):
    """`path(prefix, include(module))` without the import. The root asks every part for its names as soon as one page
    makes a link; this part is read only for whoever asks for its namespace, or for an address below its prefix.
    """

    def __init__(self, prefix: str, module: str, app_name: str, namespace: str) -> None:
        super().__init__(RoutePattern(prefix), module, app_name=app_name, namespace=namespace)

    def _populate(self) -> None:
        """The root's question, which needs no answer: the names of a namespace are not the root's."""

    def _tell(self) -> None:
        if get_language() not in self._reverse_dict:
            super()._populate()

    @property
    def reverse_dict(self) -> Any:
        self._tell()
        return super().reverse_dict

    @property
    def namespace_dict(self) -> Any:
        self._tell()
        return super().namespace_dict

    @property
    def app_dict(self) -> Any:
        self._tell()
        return super().app_dict
