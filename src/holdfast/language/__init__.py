"""The rule language: one typed expression with three values, true, false and unknown.

An expression is parsed with Python's own parser, allowed node by node, typed against the event schema, and
compiled with its whole ruleset to one generated function. It asks the past by `WindowSpec` and lists by
`ListProbe`, as plain data; this room reads nothing itself. `docs/rule-language.md` is the analyst's page.
"""

from holdfast.language.compile import compile_event_expression, compile_expression
from holdfast.language.evaluate import evaluate
from holdfast.language.faults import render
from holdfast.language.functions import FUNCTIONS, Function, function_table
from holdfast.language.generate import Program, compile_program
from holdfast.language.glance import Glance, Look, Why, compile_glance
from holdfast.language.missing import missing
from holdfast.language.nodes import Expression
from holdfast.language.plan import Plan, plan
from holdfast.language.row import compile_row
from holdfast.language.scope import Literal, Scope
from holdfast.language.settled import settled
from holdfast.language.words import to_words

__all__ = [
    "FUNCTIONS",
    "Expression",
    "Function",
    "Glance",
    "Literal",
    "Look",
    "Plan",
    "Program",
    "Scope",
    "Why",
    "compile_event_expression",
    "compile_expression",
    "compile_glance",
    "compile_program",
    "compile_row",
    "evaluate",
    "function_table",
    "missing",
    "plan",
    "render",
    "settled",
    "to_words",
]
