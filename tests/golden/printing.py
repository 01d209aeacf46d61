"""Prints tensors as PyTorch prints them, for packages/core/src/format.test.ts, as JSON.

    /usr/bin/python3 tests/golden/printing.py > packages/core/src/golden/printing.json
    /usr/bin/python3 tests/golden/printing.py 2000 7    (2000 random cases of seed 7, for a longer check)

Made with PyTorch 1.13.0a0 (Debian's python3-torch 1.13.1).

An entry is a case:
  name, dtype, shape   of the tensor
  values               its elements in row-major order, repeated from the start until the shape is full
  extras               device, requiresGrad, gradFn, as formatValues takes them
  text                 repr(tensor), where the names of the dtype and the other suffixes are replaced by Flambeau's before
                       PyTorch arranges the suffixes in lines; and in bool tensors True and False by true and false
"""
import json
import math
import random
import sys

import torch
import torch._tensor_str as printing

NAN, INF = math.nan, math.inf
DTYPES = {
    "float32": torch.float32,
    "float64": torch.float64,
    "int32": torch.int64,  # int32 takes the place of PyTorch's default integer
    "uint8": torch.uint8,
    "int8": torch.int8,
    "bool": torch.bool,
}
NAMES = {
    "dtype=torch.int64": "dtype=int32",
    "requires_grad=True": "requiresGrad=true",
    "grad_fn=<MulBackward0>": "gradFn=<mul>",
}

arrange = printing._add_suffixes
device = None


def arrange_renamed(text, suffixes, indent, force_newline):
    renamed = [NAMES.get(s, s.replace("dtype=torch.", "dtype=")) for s in suffixes]
    if device is not None:
        renamed.insert(0, f"device='{device}'")
    return arrange(text, renamed, indent, force_newline)


printing._add_suffixes = arrange_renamed


def case(name, values, shape=None, dtype="float32", **extras):
    global device
    shape = [len(values)] if shape is None else shape
    count = math.prod(shape)
    filled = (values * (count // max(len(values), 1) + 1))[:count]
    tensor = torch.tensor(filled, dtype=DTYPES[dtype]).reshape(shape)
    if extras.get("requiresGrad") or "gradFn" in extras:
        tensor.requires_grad_()
    if "gradFn" in extras:
        tensor = tensor * 1
    device = extras.get("device")
    text = repr(tensor)
    if dtype == "bool":
        text = text.replace("True", "true").replace("False", "false")
    plain = [v if math.isfinite(v) else {INF: "Infinity", -INF: "-Infinity"}.get(v, "NaN") for v in values]
    found = {"name": name, "dtype": dtype, "shape": shape, "values": plain}
    return {**found, **({"extras": extras} if extras else {}), "text": text}


def chosen():
    yield case("scalar", [math.pi], [])
    yield case("whole scalar", [7], [])
    yield case("scalar zero", [0], [])
    yield case("scalar nan", [NAN], [])
    yield case("tiny scalar", [-3.2e-7], [])
    yield case("int scalar", [-12], [], "int32")
    yield case("bool scalar", [0], [], "bool")
    yield case("uint8 scalar", [200], [], "uint8")
    yield case("float64 scalar", [math.e], [], "float64")
    yield case("one element", [2.5])
    yield case("whole floats", [1, -2, 300])
    yield case("only zeros", [0], [2, 3])
    yield case("negative zero among whole floats", [-0.0, 0, 1])
    yield case("negative zero among fractions", [-0.0, 0.25, 0])
    yield case("negative zero in scientific notation", [-0.0, 1e-7, 0])
    yield case("negative values that round to zero", [-0.00012, -0.0001, -0.00049, 0.05], dtype="float64")
    yield case("only nan and infinities", [NAN, INF, -INF])
    yield case("nan and infinities among whole floats", [1, NAN, INF, -INF, -0.0])
    yield case("nan and infinities among wide whole floats", [12345, 100, NAN, INF, -INF])
    yield case("nan and infinities among fractions", [0.5, NAN, INF, -INF])
    yield case("nan and infinities in scientific notation", [0.5e-9, NAN, INF, -INF, 0])
    yield case("largest whole floats without an exponent", [1e8, 1e5])
    yield case("whole floats above 1e8", [100000008, 1e8])
    yield case("whole floats 1000 times apart", [1, 1000])
    yield case("whole floats 1001 times apart", [1, 1001])
    yield case("fractions 1000 times apart", [0.5, 500])
    yield case("fractions more than 1000 times apart", [0.5, 500.25])
    yield case("1e-4 as float32, which is below it", [1e-4])
    yield case("1e-4 as float64", [1e-4], dtype="float64")
    yield case("below 1e-4", [0.99e-4, 5e-3], dtype="float64")
    yield case("fraction above 1e8", [100000000.5], dtype="float64")
    yield case("three-digit exponents", [1e-300, 1e300, 2.5e-5], dtype="float64")
    yield case("extremes of float64", [5e-324, 1.7976931348623157e308], dtype="float64")
    yield case("extremes of float32", [1e-45, 3.4028234663852886e38])
    yield case("decimal ties go to even", [0.03125, 0.09375, 0.15625, -0.21875, 2.03125, 0.5])
    yield case("near ties do not", [1.00005, 1.00015, 0.00025, 0.00035], dtype="float64")
    yield case("ties in scientific notation go to even", [100005, 100015, -123455, 9999.95, 1], dtype="float64")
    # Each lies above a tie by less than 17 significant digits can show, the last two by less than 20 can.
    near = [1.00005e-30, 1.00085e-30, 1.56385e-28, 7.14365e33]
    yield case("near ties in scientific notation do not", near, dtype="float64")
    yield case("a tie that carries to the next power", [999995, 999985, 1], dtype="float64")
    yield case("a carry to the next power in decimals", [9.99996, 99.99999], dtype="float64")
    yield case("small ties in scientific notation", [0.001953125, 9.5367431640625e-07, 30517578125e-10], dtype="float64")
    yield case("ints", [1, -20, 300], dtype="int32")
    yield case("extreme ints", [-2147483648, 2147483647, 0], dtype="int32")
    yield case("int8", [-128, 127, 0, 5], [2, 2], "int8")
    yield case("uint8", [0, 255, 7], dtype="uint8")
    yield case("true and false", [1, 0, 1, 1], [2, 2], "bool")
    yield case("only true", [1], [3], "bool")
    yield case("only false", [0], [3], "bool")
    yield case("many bools", [1, 0, 0, 1, 1], [40], "bool")
    yield case("empty", [], [0])
    for dtype in DTYPES:
        yield case(f"empty {dtype}", [], [0], dtype)
    yield case("empty with two dimensions", [], [2, 0])
    yield case("empty int32 with three dimensions", [], [0, 3, 2], "int32")
    yield case("empty with every suffix", [], [2, 0, 5], "float64", device="webgpu", gradFn="mul")
    yield case("empty with a long size", [], [1] * 20 + [0], "float64", requiresGrad=True)
    yield case("lines that wrap", [i / 7 for i in range(30)])
    yield case("lines that wrap inside a matrix", [i * 1.5 - 20 for i in range(48)], [2, 24])
    yield case("ints that wrap", list(range(0, 400, 7)), dtype="int32")
    yield case("five dimensions", list(range(16)), [1, 2, 2, 2, 2])
    yield case("deeper than a line is wide", [0.5], [1] * 85)
    yield case("1000 elements in full", list(range(50)), [1000], "uint8")
    yield case("1001 elements summarised", list(range(50)), [1001])
    yield case("summary of a matrix", [i - 30.5 for i in range(61)], [40, 40])
    yield case("summary of rows alone", list(range(17)), [300, 6], "int32")
    yield case("summary of columns alone", list(range(17)), [6, 300], "int32")
    yield case("summary of three dimensions", [i / 8 for i in range(31)], [8, 7, 30])
    yield case("summary of four dimensions", list(range(-11, 12)), [2, 8, 2, 64], "int8")
    yield case("summary of bools", [1, 0, 0], [1100], "bool")
    # Elements 3 to 7 of each nine fall into the gap.
    yield case("values in the gap do not widen columns", [1, 2, 3, 4, 1e9, 0.5, NAN, 8, 9], [1001])
    yield case("ints in the gap do not widen columns", [1, 2, 3, 4, 10**9, 5, 6, 8, 9], [1001], "int32")
    yield case("summary whose line wraps", [i * 1e-9 for i in range(1, 9)], [1001], "float64")
    yield case("device", [1.5, 2], device="webgpu")
    yield case("requiresGrad", [1.5, 2], requiresGrad=True)
    yield case("gradFn", [1.5, 2], gradFn="mul")
    yield case("gradFn rather than requiresGrad", [1.5, 2], requiresGrad=True, gradFn="mul")
    yield case("every suffix", [1, 2], None, "float64", device="webgpu", gradFn="mul")
    for columns in range(6, 10):
        for dtype in ["float32", "float64", "uint8"]:
            extras = {} if dtype == "uint8" else {"requiresGrad": True}
            values = [i + (0 if dtype == "uint8" else 0.5) for i in range(columns)]
            yield case(f"suffixes at the end of {columns} columns of {dtype}", values, None, dtype, **extras)
    for length in [*range(22, 32), *range(51, 55)]:
        yield case(f"a device of {length} characters, then a dtype", [1] * 8, None, "int8", device="d" * length)
    for length in range(15, 20):
        text = "a device of {} characters after a matrix, then a dtype".format(length)
        yield case(text, [1] * 16, [2, 8], "float64", device="d" * length, requiresGrad=True)


def short(x, digits):
    return float(f"{x:.{digits}g}")


def floats(r, count):
    style = r.choice(["whole", "wide whole", "normal", "uniform", "spread", "tiny", "huge", "ties", "large ties"])
    digits = r.choice([3, 6, 9, 17])
    scale = 10 ** r.uniform(-4, 4)
    draw = {
        "whole": lambda: r.randint(-100, 100),
        "wide whole": lambda: r.randint(-(10 ** r.randint(1, 12)), 10 ** r.randint(1, 12)),
        "normal": lambda: short(r.gauss(0, scale), digits),
        "uniform": lambda: short(r.uniform(0.1, 1) * scale, digits),
        "spread": lambda: short(r.choice([-1, 1]) * 10 ** r.uniform(-6, 6), digits),
        "tiny": lambda: short(r.gauss(0, 1e-30), digits),
        "huge": lambda: short(r.gauss(0, 1e30), digits),
        "ties": lambda: r.randint(-2000, 2000) / 32,
        "large ties": lambda: (r.randint(10000, 99999) + 0.5) * 10.0 ** r.randint(-2, 8),
    }[style]
    special = r.choice([0, 0, 0, 0.1, 0.5])
    return [r.choice([NAN, INF, -INF, 0.0, -0.0]) if r.random() < special else draw() for _ in range(count)]


def integers(r, count, dtype):
    low, high = {"int32": (-(2**31), 2**31 - 1), "uint8": (0, 255), "int8": (-128, 127), "bool": (0, 1)}[dtype]
    if dtype == "int32":
        high = 10 ** r.randint(0, 9)
        low = r.choice([0, -high])
    return [r.randint(low, high) for _ in range(count)]


def drawn(count, seed):
    r = random.Random(seed)
    for i in range(count):
        rank = r.choice([0, 1, 1, 2, 2, 2, 3, 3, 4, 5])
        most = r.choice([[0, 90, 11, 5, 3, 3], [0, 30, 7, 3, 3, 2], [0, 2000, 60, 15, 9, 5]])[rank]
        least = r.choice([0, 1, 1, 1, 1, most // 2])
        shape = [r.randint(least, most) for _ in range(rank)]
        dtype = r.choice(["float32"] * 4 + ["float64"] * 3 + list(DTYPES))
        length = min(math.prod(shape), r.choice([5, 20, 40]))
        values = floats(r, length) if dtype in ("float32", "float64") else integers(r, length, dtype)
        extras = {"device": "webgpu"} if r.random() < 0.1 else {}
        if dtype in ("float32", "float64") and r.random() < 0.3:
            extras.update(r.choice([{"requiresGrad": True}, {"gradFn": "mul"}]))
        yield case(f"random {i}", values, shape, dtype, **extras)


def committed():
    yield from chosen()
    yield from (c for c in drawn(80, 1) if len(c["text"]) < 2000)


cases = committed() if len(sys.argv) == 1 else drawn(int(sys.argv[1]), int(sys.argv[2]))
lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
sys.stdout.write(f'{{"torch":{json.dumps(torch.__version__)},\n"cases":[\n{lines}]}}\n')
