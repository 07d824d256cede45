"""Faces compared on this machine: an optional extra that needs `holdfast[face]` and a folder with two models.

Whoever opens pictures of strangers is a process of its own; what crosses to this one are measures and descriptors.
Nothing is written anywhere: neither a picture nor a descriptor outlives the session that it was taken for.
"""
