"""The name under which rules read the score; signs and duties of law never do."""

from dataclasses import replace

from holdfast.language import Scope
from holdfast.vocabulary.models import SCORE, SCORE_FIELD


def with_score(scope: Scope) -> Scope:
    """Let expressions read `score` too; where there is no model, or it has no answer, it is unknown."""
    return replace(scope, computed={**scope.computed, SCORE: SCORE_FIELD})
