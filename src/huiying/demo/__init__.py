"""The demonstration: a fictitious bureau, a recorded stream and the people who answer it, on a clock of its own."""
