"""Prints the random numbers of PyTorch's CPU generator that packages/core/src/random is tested against, as JSON.

    /usr/bin/python3 tests/golden/random-numbers.py > packages/core/src/random/golden/pytorch.json

Made with PyTorch 1.13.0a0 (Debian's python3-torch 1.13.1: no MKL, vector loops for AVX2).

An entry of "fills" is one fill of a fresh generator, an entry of "program" one of several draws from the same generator:
  op, dtype, args, seed, size   what was drawn
  crc                           CRC-32 of the values' little-endian bytes: equal bit for bit
  values                        the values, where PyTorch's last bit depends on the C library's log, sin and cos
and after it the generator: CRC-32 of its state without the pending normal sample, and that sample (null if there is none).
"""
import base64
import json
import sys
import zlib

import torch

SEEDS = [0, 1, 42, 2**31, 2**40 + 3, -1]
SIZES = [1, 5, 15, 16, 17, 31, 100, 1000]
NORMAL_Y = slice(5024, 5032)
NORMAL_VALID = 5040

FLOATS = {"float32": torch.float32, "float64": torch.float64}
DTYPES = {**FLOATS, "int32": torch.int32, "uint8": torch.uint8, "int8": torch.int8, "bool": torch.bool}


def draw(op, dtype, args, size, g):
    """One tensor of values, drawn from generator g."""
    out = torch.empty(size, dtype=DTYPES[dtype])
    if op == "uniform":
        return out.uniform_(*args, generator=g)
    if op == "normal":
        return out.normal_(*args, generator=g)
    if op == "exponential":
        return out.exponential_(*args, generator=g)
    if op == "randint":
        return out.random_(*args, generator=g)
    if op == "random":
        return out.random_(generator=g)
    if op == "randperm":
        return torch.randperm(size, dtype=DTYPES[dtype], generator=g)
    if op == "bernoulli":
        return out.bernoulli_(*args, generator=g)
    # Probabilities and weights: 0, 1/size, 2/size ..., each division rounded once to the dtype.
    ramp = torch.arange(size, dtype=DTYPES[dtype]) / size
    if op == "bernoulliFrom":
        return torch.bernoulli(ramp, generator=g)
    if op == "multinomial":
        return torch.multinomial(ramp, args[0], args[1], generator=g).to(torch.int32)
    raise ValueError(op)


def is_exact(op, dtype, size):
    return not (op == "exponential" or op == "normal" and (dtype == "float64" or size < 16))


def entry(op, dtype, args, size, g):
    values = draw(op, dtype, args, size, g).numpy()
    found = {"op": op, "dtype": dtype, "args": args, "size": size}
    if is_exact(op, dtype, size):
        found["crc"] = zlib.crc32(values.tobytes())
    else:
        found["values"] = base64.b64encode(values.tobytes()).decode()
    return found


def state(g):
    raw = bytearray(g.get_state().numpy().tobytes())
    pending = torch.frombuffer(raw[NORMAL_Y], dtype=torch.float64).item() if raw[NORMAL_VALID] else None
    raw[NORMAL_Y] = bytes(8)
    return {"state": zlib.crc32(raw), "pending": pending}


def fill(op, dtype, args, seed, size):
    g = torch.Generator().manual_seed(seed)
    return {"seed": str(seed), **entry(op, dtype, args, size, g), **state(g)}


def fills():
    for seed in SEEDS:
        for size in SIZES:
            for dtype in FLOATS:
                yield fill("uniform", dtype, [], seed, size)
                if dtype == "float32" or size <= 100:
                    yield fill("normal", dtype, [], seed, size)
            yield fill("randperm", "int32", [], seed, size)
    for dtype in FLOATS:
        for args in [[-0.3, 0.3], [1.1, 97.3], [-1e-3, 5.1]]:
            yield fill("uniform", dtype, args, 7, 1000)
        for size in [15, 37]:
            yield fill("normal", dtype, [1.5, 0.37], 7, size)
        yield fill("exponential", dtype, [1.7], 7, 20)
        yield fill("bernoulliFrom", dtype, [], 7, 1000)
        for args in [[500, True], [60, False]]:
            yield fill("multinomial", dtype, args, 7, 100)
        yield fill("randint", dtype, [-5, 2**40 + 7], 7, 1000)
    yield fill("randint", "float32", [-5, 2**30 + 7], 7, 1000)
    yield fill("randint", "float64", [-3, 2**53 - 4], 7, 1000)
    yield fill("randint", "float64", [0, 2**32 - 1], 7, 1000)
    yield fill("randint", "float64", [0, 2**32], 7, 1000)
    yield fill("randint", "int32", [-(2**31), 2**31 - 1], 7, 1000)
    yield fill("randint", "int8", [-7, 100], 7, 1000)
    for dtype in DTYPES:
        yield fill("random", dtype, [], 7, 1000)
        yield fill("bernoulli", dtype, [0.3], 7, 1000)


PROGRAM = [
    ("normal", "float32", [], 3),
    ("uniform", "float32", [], 2),
    ("normal", "float32", [], 1),
    ("randperm", "int32", [], 10),
    ("randint", "int32", [0, 10], 7),
    ("normal", "float64", [2.0, 3.0], 5),
    ("bernoulli", "float32", [0.25], 9),
    ("normal", "float32", [], 20),
    ("bernoulliFrom", "float32", [], 11),
    ("normal", "float32", [], 2),
    ("uniform", "float64", [-2.0, 1.0], 3),
    ("random", "uint8", [], 5),
    ("randint", "float64", [0, 2**45], 3),
    ("multinomial", "float32", [4, True], 6),
    ("multinomial", "float64", [4, False], 6),
    ("exponential", "float32", [1.0], 2),
    ("normal", "float64", [], 33),
    ("randperm", "int32", [], 700),
    ("normal", "float32", [], 3),
]


def programs():
    for seed in SEEDS:
        g = torch.Generator().manual_seed(seed)
        steps = [{**entry(op, dtype, args, size, g), **state(g)} for op, dtype, args, size in PROGRAM]
        yield {"seed": str(seed), "initialSeed": str(g.initial_seed()), "steps": steps}


def lines(entries):
    return ",\n".join(json.dumps(e, separators=(",", ":")) for e in entries)


torch.set_num_threads(1)
sys.stdout.write(
    f'{{"torch":{json.dumps(torch.__version__)},\n"fills":[\n{lines(fills())}],\n"programs":[\n{lines(programs())}]}}\n'
)
