"""The field's words as frozen types.

Everything that is stored or handed between rooms is declared here; this room imports nothing but the
standard library, so that every other room can speak it. Inside Holdfast an instant is an `int` of
epoch milliseconds (UTC), money an `int` of minor units beside its ISO 4217 code, and an unknown
value is `None` under the name `UNKNOWN`.
"""
