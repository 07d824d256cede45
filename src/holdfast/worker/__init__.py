"""The clock that moves holds, and the carrier of the outbox: what the house does by itself."""
