"""Listening (C5): how a text comes into the house, and what of it is kept."""
