"""Drawings as geometry: templates draw them as SVG that prints and needs no script, with the table behind it."""
