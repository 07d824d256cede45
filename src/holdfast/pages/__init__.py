"""Pages that a visitor reads in a browser: rendered on the server, no script, one style sheet, three languages."""
