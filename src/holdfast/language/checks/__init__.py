"""Checks of an expression, one idea a file; each raises an `ExpressionError` with its span."""
