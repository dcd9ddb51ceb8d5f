from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from voxface.errors import VoxfaceError
from voxface.formats.digits import decimal_text, integer_text, join_rows, separated


def texts(block) -> list[str]:
    return [bytes(row).replace(b"\0", b"").decode() for row in block]


@given(
    st.sampled_from([2, 6, 10]),
    arrays.arrays(np.float32, st.integers(1, 40), elements=st.floats(0, 1, width=32)),
)
def test_weights_are_written_as_python_writes_them(decimals, values):
    for text, value in zip(texts(decimal_text(values, decimals)), values, strict=True):
        assert len(text) == decimals + 2
        assert abs(float(text) - float(value)) <= 0.50001 * 10**-decimals


@given(
    st.sampled_from([2, 6, 10]),
    arrays.arrays(np.float64, st.integers(1, 20), elements=st.floats(-9e5, 9e5)),
)
def test_numbers_of_any_sign_and_size_keep_their_value(decimals, values):
    for text, value in zip(texts(decimal_text(values, decimals)), values, strict=True):
        assert text == f"{float(text):.{decimals}f}" or decimals == 10
        assert len(text.split(".")[1]) == decimals
        assert abs(float(text) - value) <= 0.51 * 10**-decimals + 1e-15 * abs(value)


def test_texts_of_known_numbers():
    assert texts(decimal_text([0, 1, 0.5, 1 / 3, 9.99], 10)) == [
        "0.0000000000", "1.0000000000", "0.5000000000", "0.3333333333", "9.9900000000",
    ]  # fmt: skip
    assert texts(decimal_text([-0.25, 123456.789, -1e-12, 10, 0.000001], 6)) == [
        "-0.250000", "123456.789000", "0.000000", "10.000000", "0.000001",
    ]  # fmt: skip
    # Rounding carries through all groups.
    assert texts(decimal_text([0.99999999999, 9.9999999], 6)) == ["1.000000", "10.000000"]


def test_whole_numbers_have_no_needless_zeros():
    assert texts(integer_text([0, 7, 42, 9999, 10000, 12345678])) == [
        "0", "7", "42", "9999", "10000", "12345678",
    ]  # fmt: skip
    assert texts(integer_text([0, 7, 123], 2)) == ["00", "07", "123"]


@pytest.mark.parametrize("value", [1e8, -1e9])
def test_numbers_too_large_are_refused(value):
    with pytest.raises(VoxfaceError, match="beyond"):
        decimal_text([value], 6)
    with pytest.raises(VoxfaceError, match="outside"):
        integer_text([int(value)])


def test_rows_are_joined_in_order_and_fillers_vanish():
    numbers = separated(decimal_text([[0.5, 0.25], [1.0, 0.0]], 2))
    text = join_rows([integer_text([9, 10]), b":", numbers, b"\n"], 2)
    assert text == b"9:,0.50,0.25\n10:,1.00,0.00\n"


def test_no_rows_and_no_columns_are_no_text():
    assert join_rows([b"a", separated(decimal_text(np.zeros((0, 3)), 2))], 0) == b""
    assert join_rows([b"[", separated(decimal_text(np.zeros((2, 0)), 6)), b"]"], 2) == b"[][]"
