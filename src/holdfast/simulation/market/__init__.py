"""An invented marketplace beside the invented bank: sellers, goods, talk, frauds among them, and the truth about each.

`Market` says what to invent, `stream` tells it as events in order of time, `list_entries` gives the lists that belong
to it, and `report` compares what was decided with what was true. Nothing here is anybody's.
"""
