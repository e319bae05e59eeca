"""The only place where facts are kept for proof: append-only, hash-chained, able to forget by decision
(INV-8).
"""
