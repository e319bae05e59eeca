"""Huiying 回应: answer in public, inside the legal clock, and be able to prove it."""

__version__ = "0.1.0"
