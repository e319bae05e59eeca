"""Figures that somebody else can recompute: from the ledger alone （十二）."""
