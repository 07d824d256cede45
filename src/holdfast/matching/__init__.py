"""Pure comparisons of names, identifiers, texts, images, links, phones and places.

Nothing here reads a clock, a file or a network: the same two values always compare the same way.
"""
