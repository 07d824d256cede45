"""Judgements that tests begin with."""

from holdfast.vocabulary.judgement import Judgement, Versions

PLAIN = Judgement(
    outcome="challenge",
    would_be=None,
    ground=None,
    signs=(),
    rules=(),
    score=None,
    hold=None,
    measures=(),
    versions=Versions(engine="1", packs={}, ruleset="r", lists={}),
    facts_hash="f",
)
