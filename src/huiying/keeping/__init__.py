"""Keeping it running, and leaving with everything: copies, restores, open exports, health, time (S15, S18)."""
