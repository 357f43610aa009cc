"""Both ways between Pretext's safetensors code and the Python package.

    pip install safetensors numpy
    python bench/peers/safetensors_fixture.py write tests/fixtures/python.safetensors
    python bench/peers/safetensors_fixture.py check FILE     (a file with the same tensors, written by Pretext)
"""

import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

TENSORS = {
    "blocks.0.attn.qkv.weight": np.arange(12, dtype=np.float32).reshape(4, 3) / 8,
    "double": np.array([np.pi, -1e300], dtype=np.float64),
    "half": np.array([1, -2, 0.5], dtype=np.float16),
    "step": np.array(-(2**53) - 1, dtype=np.int64),
    "index": np.array([[-1, 2**31 - 1]], dtype=np.int32),
    "bytes": np.arange(5, dtype=np.uint8),
    "mask": np.array([True, False, True]),
    "empty": np.zeros((0, 7), dtype=np.float32),
}
METADATA = {"format": "pt", "näme": 'quote " and \n line'}

action, path = sys.argv[1:]
if action == "write":
    save_file(TENSORS, path, metadata=METADATA)
else:
    with safe_open(path, framework="numpy") as file:
        assert file.metadata() == METADATA, file.metadata()
        assert sorted(file.keys()) == sorted(TENSORS)
        for name, expected in TENSORS.items():
            value = file.get_tensor(name)
            assert value.dtype == expected.dtype and value.shape == expected.shape, name
            assert np.array_equal(value, expected), name
    print("the same")
