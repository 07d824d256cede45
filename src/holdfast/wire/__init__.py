"""The one codec: bytes to events and back, for HTTP, files, brokers and the client.

The message structs declare names, types and limits once; the event schema, the field tables in the
documentation and the OpenAPI description are derived from them.
"""
