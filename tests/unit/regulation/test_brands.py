"""The section of brands in a pack: read strictly, with the place of every fault."""

import pytest

from holdfast.regulation import parse_pack
from holdfast.vocabulary.errors import PackError
from holdfast.vocabulary.packs import Brand

HEAD = """
id: policy.site
jurisdiction: policy
status: policy
zone: UTC
title: {ru: "Р", kk: "Қ", en: "E"}
cite: {act: Terms, article: brands, url: "https://example.kz/terms", confidence: S, checked_on: 2026-11-23}
applies: {}
brands:
"""


def brands(row: str) -> tuple[Brand, ...]:
    """Read a pack with one row of brands."""
    return parse_pack(f"{HEAD}  - {row}\n".encode(), name="policy/site").brands


def test_a_brand_is_read() -> None:
    """Names, ordinary words and hosts in any script stand as they were written."""
    row = "{id: post, names: [kazpost, қазпошта], words: [post], hosts: [post.kz, қазпошта.қаз]}"
    wanted = Brand(id="post", names=("kazpost", "қазпошта"), words=("post",), hosts=("post.kz", "қазпошта.қаз"))
    assert brands(row) == (wanted,)


@pytest.mark.parametrize(
    ("row", "pointer"),
    [
        ("{id: post, hosts: [post.kz]}", "/brands/0"),
        ("{id: post, names: [post]}", "/brands/0"),
        ("{id: post, names: [post], hosts: [https://post.kz/]}", "/brands/0/hosts/0"),
        ("{id: post, names: [post], hosts: [post]}", "/brands/0/hosts/0"),
        ("{id: post, names: [Post], hosts: [post.kz]}", "/brands/0/names/0"),
        ("{id: post, names: [kaz post], hosts: [post.kz]}", "/brands/0/names/0"),
        ("{id: post, names: [post], hosts: [post.kz], colour: red}", "/brands/0/colour"),
    ],
)
def test_a_fault_is_named_with_its_place(row: str, pointer: str) -> None:
    """A brand without a name or hosts, an address for a host, capital letters and unknown keys are refused."""
    with pytest.raises(PackError) as caught:
        brands(row)
    assert (caught.value.pointer or "").startswith(pointer)
