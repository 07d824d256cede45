"""The whole engine in one thread, on a clock, a disk and a network that a seed decides about."""
