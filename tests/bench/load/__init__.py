"""An open-loop load generator, and what it measures of a running server."""
