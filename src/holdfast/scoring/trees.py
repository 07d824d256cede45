"""LightGBM's own text of a model, read as flat arrays, with a refusal of what cannot be scored one row at a time.

Reading the text needs no library, so that a model can be checked anywhere; the layout is that of version 4 of the
format (`Tree::ToString` of LightGBM). Thresholds and leaves stand there with 17 digits, so nothing is lost.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.vocabulary.errors import ModelError

FILE: Final = "model.txt"
_OBJECTIVES: Final = ("binary", "cross_entropy")
_INVENTED: Final = "Column_"  # how LightGBM names columns that have no name
_CATEGORICAL: Final = 1
Block = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trees:
    """All trees behind one another; `children` are the left and the right side of each split.

    A child below 0 is the leaf at `-child - 1`, and so is the root of a bare leaf. `forms` are LightGBM's bits of a
    split: 2 sends what is missing to the left, 4 and 8 say that zero or NaN is missing. `values` are the mean of the
    leaves below each split, weighted by the rows that they saw in training. The output is the logistic function of
    `steepness` times the sum of all trees; nothing where the trees are averaged instead.
    """

    roots: NDArray[np.int64]
    features: NDArray[np.int64]
    thresholds: NDArray[np.float64]
    forms: NDArray[np.int64]
    children: NDArray[np.int64]
    values: NDArray[np.float64]
    leaves: NDArray[np.float64]
    steepness: float | None = None


def read_trees(text: bytes, names: Sequence[str]) -> Trees:
    """Read and check the text of a model; raises ModelError when it is none that can be used with these features."""
    head, *blocks = _blocks(text)
    _check_head(head, names)
    if not blocks:
        raise ModelError(f"`{FILE}` has no trees", hint="save a trained model with `Booster.save_model`")
    joined = _joined([_tree(block, number) for number, block in enumerate(blocks)])
    return replace(joined, steepness=_steepness(head))


def _steepness(head: Block) -> float | None:
    """Read how steep the logistic function is: `binary sigmoid:1` has its own figure."""
    if "average_output" in head:
        return None
    words = dict(word.partition(":")[::2] for word in head["objective"].split()[1:])
    return float(words.get("sigmoid", "1"))


def _blocks(text: bytes) -> Iterator[Block]:
    """Give the head and each tree as names and their texts."""
    try:
        lines = text.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise _no_model() from None
    if not lines or lines[0].strip() != "tree":
        raise _no_model()
    block: dict[str, str] = {}
    for line in lines[1:]:
        if line.startswith("end of trees"):
            yield block
            return
        if line.startswith("Tree="):
            yield block
            block = {}
        name, found, value = line.partition("=")
        block[name.strip()] = value if found else "1"
    raise ModelError(f"`{FILE}` breaks off before `end of trees`", hint="copy the whole file again")


def _no_model() -> ModelError:
    hint = "it is the text that `Booster.save_model` writes; a pickle or another library's file is not read"
    return ModelError(f"`{FILE}` is no LightGBM model", hint=hint)


def _check_head(head: Block, names: Sequence[str]) -> None:
    """Refuse a model with several classes, of another kind, or over other features."""
    if head.get("num_class", "1") != "1" or head.get("num_tree_per_iteration", "1") != "1":
        raise ModelError(
            f"`{FILE}` has {head.get('num_class')} classes", hint="train with `objective=binary`: fraud or not"
        )
    objective = head.get("objective", "none").split()[0]
    if objective not in _OBJECTIVES:
        hint = f"train with one of {', '.join(f'`{name}`' for name in _OBJECTIVES)}, whose output is a probability"
        raise ModelError(f"`{FILE}` was trained for `{objective}`", hint=hint)
    width = int(head.get("max_feature_idx", "-1")) + 1
    if width != len(names):
        hint = "both must come from one training; list every column of the training matrix, in its order"
        raise ModelError(
            f"`{FILE}` reads {width} features, `model.yaml` has {len(names)}", pointer="/features", hint=hint
        )
    _check_names(head.get("feature_names", "").split(), names)


def _check_names(found: Sequence[str], names: Sequence[str]) -> None:
    """Refuse features in another order than that of training, where the columns had names."""
    for place, (mine, theirs) in enumerate(zip(names, found, strict=False)):
        if mine != theirs and not theirs.startswith(_INVENTED):
            raise ModelError(
                f"feature {place + 1} is `{mine}`, but `{FILE}` was trained with `{theirs}` there",
                pointer=f"/features/{place}/name",
                hint="keep the order of the training matrix",
            )


def _tree(block: Block, number: int) -> "Trees":
    """Read one tree."""
    if block.get("num_cat", "0") != "0":
        hint = 'write a condition for each value that matters, such as `rail == "sbp"`, and train again'
        raise ModelError(f"tree {number} of `{FILE}` splits by categories", hint=hint)
    if block.get("is_linear", "0") != "0":
        raise ModelError(f"tree {number} of `{FILE}` has linear leaves", hint="train with `linear_tree=false`")
    try:
        return _arrays(block)
    except (KeyError, ValueError, IndexError):
        raise ModelError(f"tree {number} of `{FILE}` cannot be read", hint="copy the whole file again") from None


def _arrays(block: Block) -> Trees:
    """Read the arrays of one tree, and work out the mean below each split from the leaves up."""
    leaves, counts = _numbers(block["leaf_value"]), _numbers(block.get("leaf_count", ""))
    bare = int(block["num_leaves"]) == 1
    sides = [_numbers("" if bare else block[name], np.int64) for name in ("left_child", "right_child")]
    children = np.ascontiguousarray(np.stack(sides, axis=1))
    values, rows = np.zeros(len(children)), np.zeros(len(children))
    for node in reversed(range(len(children))):  # a split always stands behind the one above it
        below = [(leaves[~one], counts[~one]) if one < 0 else (values[one], rows[one]) for one in children[node]]
        rows[node] = sum(count for _, count in below)
        values[node] = sum(value * count for value, count in below) / rows[node] if rows[node] else 0.0
    return Trees(
        roots=np.array([-1 if bare else 0]),
        features=_numbers("" if bare else block["split_feature"], np.int64),
        thresholds=_numbers("" if bare else block["threshold"]),
        forms=_numbers("" if bare else block["decision_type"], np.int64),
        children=children,
        values=values,
        leaves=leaves,
    )


def _numbers(text: str, kind: Any = np.float64) -> NDArray[Any]:
    return np.array(text.split(), dtype=kind)


def _joined(trees: Sequence[Trees]) -> Trees:
    """Put trees behind one another, so that a child is a place among all of them."""
    splits = np.cumsum([0, *(len(tree.features) for tree in trees)])
    leaves = np.cumsum([0, *(len(tree.leaves) for tree in trees)])

    def moved(places: NDArray[np.int64], number: int) -> NDArray[np.int64]:
        found: NDArray[np.int64] = np.where(places < 0, places - leaves[number], places + splits[number])
        return found

    def whole(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(tree, name) for tree in trees])

    return Trees(
        roots=np.concatenate([moved(tree.roots, number) for number, tree in enumerate(trees)]),
        features=whole("features"),
        thresholds=whole("thresholds"),
        forms=whole("forms"),
        children=np.concatenate([moved(tree.children, number) for number, tree in enumerate(trees)]),
        values=whole("values"),
        leaves=whole("leaves"),
    )
