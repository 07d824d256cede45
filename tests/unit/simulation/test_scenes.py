"""The table of scenes and its page in the documentation are one."""

from pathlib import Path

import pytest

from holdfast.simulation.scenes import SCENES, Scene

PAGE = (
    (Path(__file__).parents[3] / "docs" / "simulation.md").read_text().partition("## Scenes of fraud")[2].splitlines()
)


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES.keys())
def test_the_page_has_every_scene_with_its_signs(scene: Scene) -> None:
    """One row a scene, with its signs and, for a twin, the frauds it resembles."""
    (row,) = [line for line in PAGE if line.startswith(f"| `{scene.name}` |")]
    for word in (*scene.expected_signs, *scene.twin_of):
        assert f"`{word}`" in row


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES.keys())
def test_a_twin_belongs_to_frauds(scene: Scene) -> None:
    """Only honest scenes are twins, and of frauds that exist."""
    assert bool(scene.twin_of) == scene.honest
    assert all(not SCENES[name].honest for name in scene.twin_of)
