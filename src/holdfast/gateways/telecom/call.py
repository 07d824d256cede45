"""One published question: where it is put, what is sent, and what the answer says."""

from collections.abc import Mapping
from typing import Any, Protocol

from holdfast.vocabulary.event import Value
from holdfast.vocabulary.outside import ProviderSpec
from holdfast.vocabulary.telecom import PHONE, OperatorSpec

Asked = Mapping[str, Value]
Body = Mapping[str, object]


class Call(Protocol):
    """What an API is asked and answers; `path` stands below the operator's root, `scope` is what a token must allow."""

    @property
    def path(self) -> str:
        """Give the path with the version."""
        ...

    @property
    def scope(self) -> str:
        """Give the scope."""
        ...

    def body(self, asked: Asked) -> Body:
        """Write what is sent."""
        ...

    def told(self, root: Any, body: Body) -> Mapping[str, Value]:
        """Read the answer to what was sent; GarbageError where it is not the published one."""
        ...

    def out_of_range(self, body: Body) -> None:
        """Take note that the operator does not look as far as was asked."""
        ...


class PlainCall:
    """A question about a number and nothing else."""

    base = ""
    verb = ""
    scope = ""

    def __init__(self, spec: ProviderSpec, operator: OperatorSpec) -> None:
        self.spec = spec
        self.operator = operator

    @property
    def path(self) -> str:
        """Give the path with the version."""
        return f"/{self.base}/v{self.operator.version}/{self.verb}"

    def body(self, asked: Asked) -> Body:
        """Write the number, which a three-legged token stands for already (CAMARA: 422 UNNECESSARY_IDENTIFIER)."""
        return {} if self.operator.three_legged else {PHONE: asked[PHONE]}

    def out_of_range(self, body: Body) -> None:
        """Nothing was asked that has a range."""
        del body
