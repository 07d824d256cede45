"""One verb a file: what Holdfast does for whoever asks, whichever door they came through."""
