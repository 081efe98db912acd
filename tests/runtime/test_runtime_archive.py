"""Files that are damaged, cut short or hostile end in one clear error."""

import json
import struct
import subprocess
import sys
import zipfile

import h5py
import numpy as np
import pytest
from archives import FEATURES, UNITS, config, keras_file, layer, refused, weights
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstmkit import runtime
from lstmkit.errors import InputError
from lstmkit.runtime import archive

resource = pytest.importorskip("resource")  # counts memory; not on Windows


def test_archive_made_by_hand_is_run(tmp_path):
    y = runtime.load(keras_file(tmp_path)).predict(np.zeros((2, 5, FEATURES)))
    assert y.shape == (2, 1)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip", b"\x89HDF\r\n\x1a\n" + bytes(500)])
def test_what_is_no_zip_is_refused(tmp_path, content):
    path = tmp_path / "model.keras"
    path.write_bytes(content)
    refused(path, "not a zip archive")


def test_missing_file_and_folder_are_refused(tmp_path):
    refused(tmp_path / "none.keras", "no such file")
    refused(tmp_path, "damaged|cannot be read")


def test_every_truncation_is_refused(tmp_path):
    path = keras_file(tmp_path)
    content = path.read_bytes()
    for size in [*range(0, len(content) - 1, 61), *range(len(content) - 30, len(content))]:
        path.write_bytes(content[:size])
        with pytest.raises(InputError):
            runtime.load(path)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_flipped_bytes_are_refused_or_harmless(tmp_path, data):
    path = keras_file(tmp_path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        model = runtime.load(path)
    except InputError:
        return
    assert model.predict(np.zeros((1, 2, FEATURES))).shape == (1, 1)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_flipped_bytes_in_whole_archives_are_refused_or_harmless(tmp_path, data):
    """As above, but with checksums that fit: the damage reaches HDF5 and JSON."""
    raw_weights, raw_config = bytearray(weights()), bytearray(json.dumps(config()).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        target = data.draw(st.sampled_from([raw_weights, raw_config]))
        target[data.draw(st.integers(0, len(target) - 1))] = data.draw(st.integers(0, 255))
    path = keras_file(tmp_path, raw_config=bytes(raw_config), raw_weights=bytes(raw_weights))
    try:
        runtime.load(path).predict(np.zeros((1, 2, FEATURES)))
    except InputError:
        return


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_weight_that_is_no_number_is_refused(tmp_path, number):
    def spoil(file):
        file["layers/lstm/cell/vars/1"][0, 2] = number

    refused(keras_file(tmp_path, raw_weights=weights(spoil)), "infinite or NaN; train again")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_value_in_the_config_is_refused_or_harmless(tmp_path, data):
    whole = config()
    layers = whole["config"]["layers"]
    target = data.draw(
        st.sampled_from([whole, whole["config"], *layers, *(each["config"] for each in layers)])
    )
    target[data.draw(st.sampled_from(sorted(target)))] = data.draw(JSON)
    path = keras_file(tmp_path, settings=whole)
    try:
        runtime.load(path).predict(np.zeros((1, 2, FEATURES)))
    except InputError:
        return


@pytest.mark.parametrize("name", ["../../evil", "/etc/passwd", "assets/table.txt", "config.json"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_other_members_are_refused(tmp_path, name):
    refused(keras_file(tmp_path, extra=[(name, "x")]), "expected a directory of 3 members")


def test_member_of_another_name_is_refused(tmp_path):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as file:
        for name in ("metadata.json", "config.json", "model.weights.npz"):
            file.writestr(name, "{}")
    refused(path, "model.weights.npz")


def test_directory_of_many_members_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = keras_file(tmp_path, extra=[(f"{k}", "") for k in range(1000)])
    monkeypatch.setattr(archive.zipfile, "ZipFile", None)
    refused(path, "found 1003 members")


def test_zip64_directory_is_refused(tmp_path):
    path = keras_file(tmp_path)
    content = path.read_bytes()
    end = content.rfind(b"PK\5\6")
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
    path.write_bytes(content[:end] + locator + content[end:])
    refused(path, "zip64")


def test_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("metadata.json", "{}")
        file.writestr("config.json", json.dumps(config()))
        file.writestr("model.weights.h5", bytes(50_000_000))
    assert path.stat().st_size < 100_000
    refused(path, "model.weights.h5 claims 50000000 bytes")


def test_large_config_is_refused(tmp_path):
    raw = json.dumps(config()) + " " * archive.MAX_CONFIG_BYTES
    refused(keras_file(tmp_path, raw_config=raw), "config.json claims")


def test_large_file_is_refused_unread(tmp_path):
    path = tmp_path / "model.keras"
    with path.open("wb") as file:
        file.truncate(archive.MAX_ARCHIVE_BYTES + 1)
    refused(path, "expected at most")


@pytest.mark.parametrize(
    ("raw", "match"),
    [
        ("", "damaged"),
        ("{", "damaged"),
        ("[]", "expected a layer"),
        ("[" * 100_000, "nested too deeply"),
        ('{"class_name": "Sequential", "config": {"layers": []}}', "1 to 1000 layers"),
        ('{"class_name": "Model", "config": {}}', "'Model' is not supported"),
        ('{"class_name": "Sequential", "config": {"layers": [' + "1," * 2000 + "1]}}", "1000"),
    ],
)
def test_config_that_is_none_is_refused(tmp_path, raw, match):
    refused(keras_file(tmp_path, raw_config=raw), match)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"units": 10**9}, "units"),
        ({"units": True}, "units"),
        ({"units": UNITS + 1}, r"expected shape \('any', 16\), found \(2, 12\)"),
        ({"use_bias": False}, "expected 2 arrays, found 3"),
        ({"activation": "lambda"}, "activation 'lambda' is not supported"),
        ({"activation": {"class_name": "function", "config": "os.system"}}, "not supported"),
        ({"stateful": True}, "stateful"),
        ({"dtype": "float16"}, "expected float32"),
        ({"dtype": {"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}}, "mixed"),
        ({"quantization_config": {}}, "quantised"),
    ],
)
def test_settings_that_change_the_numbers_are_refused(tmp_path, change, match):
    message = refused(keras_file(tmp_path, settings=config(**change)), match)
    assert "lstm" in message


def test_lambda_layer_is_refused_by_name_and_not_run(tmp_path):
    settings = config()
    settings["config"]["layers"][1] = layer("Lambda", "evil", function="__import__('os')")
    refused(keras_file(tmp_path, settings=settings), r"'evil' \(Lambda\): not supported")


def test_two_layers_of_one_name_are_refused(tmp_path):
    settings = config()
    settings["config"]["layers"][2]["config"]["name"] = "lstm"
    refused(keras_file(tmp_path, settings=settings), "two layers have this name")


KERNEL = "layers/lstm/cell/vars/0"


def replaced(make):
    def change(file):
        del file[KERNEL]
        make(file)

    return change


def claim(file, dtype="f4", **options):
    return file.create_dataset(KERNEL, (10**12, 4 * UNITS), dtype, **options)


def virtual(file):
    layout = h5py.VirtualLayout((FEATURES, 4 * UNITS), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (FEATURES, 4 * UNITS))
    file.create_virtual_dataset(KERNEL, layout)


def external(file):
    storage = [("/etc/passwd", 0, h5py.h5f.UNLIMITED)]
    file.create_dataset(KERNEL, (FEATURES, 4 * UNITS), "f4", external=storage)


HOSTILE = {
    "missing": (lambda file: None, "expected 3 arrays, found 2"),
    "misnamed": (lambda file: file.__setitem__(KERNEL[:-1] + "7", np.zeros(3)), "found none"),
    "group": (lambda file: file.create_group(KERNEL), "expected a dataset"),
    "link out": (lambda file: file.__setitem__(KERNEL, h5py.ExternalLink("/x.h5", "/")), "dataset"),
    "link in": (lambda file: file.__setitem__(KERNEL, h5py.SoftLink("/layers")), "dataset"),
    "virtual": (virtual, "outside data"),
    "external": (external, "outside data"),
    "chunked": (lambda file: claim(file, chunks=(1, 12)), "chunked"),
    "huge": (claim, "larger than the file"),
    "float64": (lambda file: claim(file, "f8"), "expected float32"),
    "integers": (lambda file: claim(file, "i4"), "expected float32"),
    "text": (lambda file: claim(file, h5py.string_dtype()), "expected float32"),
    "scalar": (lambda file: file.__setitem__(KERNEL, np.float32(1)), "expected shape"),
    "nothing": (lambda file: file.__setitem__(KERNEL, h5py.Empty("f4")), "expected shape"),
    "empty": (lambda file: file.create_dataset(KERNEL, (0, 4 * UNITS), "f4"), "expected shape"),
    "one axis more": (lambda file: file.create_dataset(KERNEL, (2, 12, 1), "f4"), "shape"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_weights_are_refused_before_memory_is_taken(tmp_path, kind):
    make, match = HOSTILE[kind]
    path = keras_file(tmp_path, raw_weights=weights(replaced(make)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(path, match)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


def test_runtime_imports_numpy_and_h5py_and_nothing_heavy(tmp_path):
    path = keras_file(tmp_path)
    code = (
        "import sys; from lstmkit import runtime\n"
        f"runtime.load({str(path)!r}).predict([[[0.0, 0.0]]] * 300)\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(found.stdout.split())
    assert {"numpy", "h5py"} <= loaded
    heavy = {"tensorflow", "keras", "pandas", "scipy", "sklearn", "matplotlib", "click", "pydantic"}
    assert not loaded & heavy
