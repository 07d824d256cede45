"""Read the declaration of the face provider of this machine."""

from holdfast.operations.identity_nodes import REACH, read_reach
from holdfast.regulation.nodes import Node
from holdfast.vocabulary.identity_specs import FaceIdentity


def read_face(row: Node) -> FaceIdentity:
    """Read one provider of kind `face`."""
    fields = row.fields(("id", "kind", "models"), REACH)
    return FaceIdentity(reach=read_reach(fields), models=fields["models"].text())
