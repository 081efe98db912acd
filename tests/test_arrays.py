"""Arrays of ours: as they were written, and never more memory than the file has bytes."""

import io
import zipfile

import numpy as np
import pytest

from lstmkit.arrays import load_array, load_arrays, save_arrays
from lstmkit.errors import InputError


def header(shape):
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        stream, {"descr": "<f8", "fortran_order": False, "shape": shape}
    )
    return stream.getvalue()


def test_arrays_come_back_as_they_were(tmp_path):
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.array([1, 2], np.int32), "c": np.zeros(0)}
    save_arrays(tmp_path / "x.npz", arrays)
    found = load_arrays(tmp_path / "x.npz")
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


@pytest.mark.parametrize("shape", [(10**9, 10**6), (2**62, 8), (3,)])
def test_header_that_promises_more_than_there_is_is_refused(tmp_path, shape):
    path = tmp_path / "x.npy"
    path.write_bytes(header(shape) + b"\0" * 8)
    with pytest.raises(InputError, match=r"x\.npy: damaged"):
        load_array(path)
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.write(path, "x.npy")
    with pytest.raises(InputError, match=r"x\.npz: damaged"):
        load_arrays(tmp_path / "x.npz")


def test_archive_that_unpacks_to_more_than_it_is_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", header((250_000,)) + b"\0" * 2_000_000)
    with pytest.raises(InputError, match=r"2,000,128 bytes of arrays; expected at most 2,\d{3}"):
        load_arrays(tmp_path / "x.npz")


def test_header_that_never_ends_is_refused(tmp_path):
    good = header((1,)) + b"\0" * 8
    (tmp_path / "x.npy").write_bytes(good.replace(b"}", b"("))
    with pytest.raises(InputError, match=r"x\.npy: damaged .*NPY header"):
        load_array(tmp_path / "x.npy")


def test_objects_are_refused(tmp_path):
    np.save(tmp_path / "x.npy", np.array([print], dtype=object))
    with pytest.raises(InputError, match="damaged"):
        load_array(tmp_path / "x.npy")
