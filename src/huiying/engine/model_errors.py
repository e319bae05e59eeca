"""What is wrong with a stored model; apart, so that whoever only asks does not load what models are made of."""


class ModelUnreadable(ValueError):
    """The stored bytes are no model, or not whole."""


class TooFew(ValueError):
    """There is not enough to learn from; the message says how much there is."""
