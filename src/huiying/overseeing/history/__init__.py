"""The ledger, read once: what the entries of a chain say, as typed objects."""
