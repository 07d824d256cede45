"""Whose word a confirmation needs beside the one that the hold's own policy asks for."""

from holdfast.holds.refusal import forbidden
from holdfast.operations.hold_story import HoldStory
from holdfast.operations.publish_rules import tenant_and_law
from holdfast.operations.shard import Shard
from holdfast.rules.voice import cite
from holdfast.vocabulary.holds import Actor
from holdfast.wire.holds import read_acting
from holdfast.wire.replies import read_ruleset


def check_others(shard: Shard, story: HoldStory, by: Actor) -> None:
    """Refuse while a sign that fired beside the hold's own asks for somebody else's word, as the trusted person's.

    A hold has one policy and one window; who agrees for the client alone does not agree for that person. Raises
    ForbiddenByLawError with that sign's provision.
    """
    for name in sorted(_beside(shard, story)):
        policy = story.policies[name][0]
        if by.value not in policy.confirmed_by:
            who = " or ".join(f"`{word}`" for word in policy.confirmed_by)
            raise forbidden(f"{who} must agree first; then the operation is ordered anew", cite(policy.cite))


def _beside(shard: Shard, story: HoldStory) -> set[str]:
    """Name the policies of the signs that fired with one of their own, other than the hold's."""
    if story.event is None:
        return set()
    law = tenant_and_law(shard, read_ruleset(story.decision.judgement))[1]
    acting = read_acting(story.decision.judgement)
    signs = [check.sign for check in law.regime(story.event.type, story.decision.occurred_ms).signs]
    named = {sign.policy for sign in signs if sign.id in acting and sign.policy in story.policies}
    return {name for name in named if name is not None and name != story.policy.id}
