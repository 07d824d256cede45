"""Caps on what an expression may be, so that neither saving nor running one can cost much."""

from typing import Final

from holdfast.vocabulary.instants import DAY_MS

MAX_TEXT: Final = 8_000  # characters of one expression
MAX_NODES: Final = 1_000  # nodes of its syntax tree
MAX_DEPTH: Final = 40  # nesting; generated code indents once for each level
MAX_STRING: Final = 256  # characters of one text literal
MAX_PATTERN: Final = 256  # characters of one pattern
MAX_PATTERN_MEMORY: Final = 1 << 20  # bytes that RE2 may take for one pattern
MAX_WORDS: Final = 200  # values of one `in (...)`
MAX_WINDOWS: Final = 32  # statistics in one expression
MAX_LITERAL: Final = 10**15  # absolute value of a number written out
MAX_NUMBER: Final = 2.0**63  # absolute value of a computed number; beyond it the result is unknown
MAX_OVER_MS: Final = 1_096 * DAY_MS  # three years
MAX_SPAN_MS: Final = 36_600 * DAY_MS  # a hundred years
MAX_MONTHS: Final = 1_200
