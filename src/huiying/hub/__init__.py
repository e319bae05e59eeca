"""Larger than one machine: web, workers and loop apart; many bureaus behind one pool of screeners."""
