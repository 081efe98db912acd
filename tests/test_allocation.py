"""Freed memory stays with the process: page faults stop after the first round."""

import subprocess
import sys

import pytest

ROUNDS = """
import ctypes, resource, sys
from lstmkit.training.allocation import keep_freed_memory

granted = keep_freed_memory() if sys.argv[1] == "keep" else False
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.memset.restype = ctypes.c_void_p
libc.malloc.argtypes, libc.free.argtypes = [ctypes.c_size_t], [ctypes.c_void_p]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]

def round_of_tensors():
    blocks = [libc.malloc(24 << 20) for _ in range(3)]
    for block in blocks:
        libc.memset(block, 1, 24 << 20)
    for block in blocks:
        libc.free(block)

round_of_tensors()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    round_of_tensors()
print(int(granted), resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(how):
    done = subprocess.run(
        [sys.executable, "-c", ROUNDS, how], capture_output=True, text=True, check=True
    )
    return [int(word) for word in done.stdout.split()]


@pytest.mark.skipif(sys.platform != "linux", reason="glibc only")
def test_keep_freed_memory_stops_page_faults():
    granted, faults = page_faults("keep")
    if not granted:
        pytest.skip("this C library has no mallopt")
    _, faults_by_default = page_faults("default")
    assert faults < faults_by_default / 10
