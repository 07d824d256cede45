"""Whether a list is one that anybody asks, so that a misspelt name does not stop nobody in silence."""

from holdfast.operations.list_settings import check_name, has_settings
from holdfast.operations.readiness import REGULATORS
from holdfast.operations.shard import Shard
from holdfast.vocabulary.errors import InvalidError
from holdfast.vocabulary.spelling import nearest

_LIKENESS = 0.3  # the names of one regulator are alike from the start


def is_known(shard: Shard, list_id: str) -> bool:
    """Tell whether something was said of a list, or a snapshot of it waits."""
    return has_settings(shard.ports.store, list_id) or bool(shard.ports.imports.of_list(list_id))


def require_asked(shard: Shard, list_id: str) -> None:
    """Refuse a new list under the name of a regulator whose other lists are asked, while this one is not.

    What was loaded before, or of which settings were made, may be changed whatever asks it.
    """
    prefix = next((one for one in REGULATORS if check_name(list_id).startswith(one)), None)
    if prefix is None or shard.memory.lists.version(list_id) is not None or is_known(shard, list_id):
        return
    asked = [name for name in shard.law.lists() if name.startswith(prefix)]
    if asked and list_id not in asked:
        near = nearest(list_id, asked, likeness=_LIKENESS)
        hint = f"did you mean `{near}`? A list that is asked later needs settings first: `PUT /v1/lists/{list_id}`"
        raise InvalidError(f"no sign and no rule asks the list `{list_id}`", pointer="/list", hint=hint)
