"""Writes the MATLAB fixtures of apps/street-digits with scipy.io.savemat.

Every value follows a formula that the tests restate, so that the files can be checked without this script.
Run from anywhere: /usr/bin/python3 tests/golden/mat.py (scipy 1.10).
"""

from pathlib import Path

import numpy as np
from scipy.io import savemat

OUT = Path(__file__).resolve().parents[2] / "apps/street-digits/src/data/fixtures"
DTYPES = ["float64", "float32", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]


def write(name, variables, compressed):
    path = OUT / name
    savemat(path, variables, do_compression=compressed, oned_as="column")
    # savemat puts the date into the header; without it the same script writes the same bytes.
    data = bytearray(path.read_bytes())
    data[:116] = b"MATLAB 5.0 MAT-file, written by scipy for tests".ljust(116)
    path.write_bytes(data)


def numbers():
    """Element (i, j) of each 2 x 3 array is 7 i - 5 j, made positive for unsigned types, plus 1/4 for floats."""
    i, j = np.indices((2, 3))
    variables = {}
    for dtype in DTYPES:
        values = 7 * i - 5 * j
        if dtype.startswith("u"):
            values = values + 10
        if dtype.startswith("float"):
            values = values + 0.25
        variables["a_" + dtype] = values.astype(dtype)
    variables["a_complex"] = (i + 1j * j).astype("complex128")
    variables["a_logical"] = (i + j) % 2 == 0
    variables["a_cube"] = np.arange(24, dtype="int16").reshape(2, 3, 4)
    variables["a_empty"] = np.zeros((0, 3))
    variables["a_text"] = "seven"
    variables["a_struct"] = {"x": 1.0}
    return variables


def digits():
    """X[r, c, k, n] = (7 r + 13 c + 50 k + 101 n) mod 256; y = 10, 1, 9, as labels of 0, 1 and 9."""
    r, c, k, n = np.indices((32, 32, 3, 3))
    x = ((7 * r + 13 * c + 50 * k + 101 * n) % 256).astype("uint8")
    return {"X": x, "y": np.array([[10], [1], [9]], dtype="uint8")}


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    write("numbers.mat", numbers(), compressed=False)
    write("numbers-compressed.mat", numbers(), compressed=True)
    write("digits.mat", digits(), compressed=True)
