"""The engine: listens to text and judges it, with no database and no clock of its own (C5, C6).

Everything here is a function of what it is given: a post, a rule file, a grading model. The same input gives
the same figure (INV-12), and nothing here knows who wrote a post (INV-10).
"""
