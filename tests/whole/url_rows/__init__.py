"""Rows of the URL table, part by part."""
