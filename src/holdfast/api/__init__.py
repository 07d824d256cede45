"""The HTTP door: JSON in and out, problems as RFC 9457, the decision route as a bare ASGI callable."""
