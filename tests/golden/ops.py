"""Writes the golden values of the conformance samples: what PyTorch gives for each case, and its gradients.

    node --conditions=@flambeau/source tests/golden/dump-samples.ts | /usr/bin/python3 tests/golden/ops.py

writes packages/backend-conformance/src/golden/<family>.json. Each case is one line, `key: "outputs;gradients"`, tensors
separated by spaces and written as `code|sizes|base64 of the little-endian values`, `-` where there is no gradient.
The gradients are those of the sum of outputs times fixed cotangents (see `cotangent`), by input that wants one.

int64 results (indices, sums of integers) are written as int32 and int16 ones (uint8 with int8) too: Flambeau has neither.
Every call that must be refused is tried as well; one that PyTorch accepts must be marked as stricter in its sample.
"""
import json
import os
import sys

import torch

from tensors import DTYPES, cotangent, decode, encode

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
OUT = os.path.join(ROOT, "packages", "backend-conformance", "src", "golden")
FLOATS = (torch.float32, torch.float64)


def axes_call(fn, **fixed):
    """A reduction: x, axes or None, { keepdim, dtype, correction }."""

    def run(x, axes=None, o=None):
        o = dict(o or {})
        if "dtype" in o:
            x = x.to(DTYPES[o.pop("dtype")])
        everything = list(range(x.dim()))
        return fn(x, everything if axes is None or axes == [] else axes, **{"keepdim": False, **fixed, **o})

    return run


def reduce_truth(any_or_all):
    """torch.any and torch.all take one dimension at a time."""

    def run(x, axes=None, o=None):
        keepdim = (o or {}).get("keepdim", False)
        torch.sum(x, [] if axes is None else axes)  # refuses what one dimension at a time would not
        rank = max(x.dim(), 1)
        dims = range(rank) if axes is None else [axes] if isinstance(axes, int) else axes
        y = x.bool()
        for dim in sorted((d % rank for d in dims), reverse=True):
            y = any_or_all(y, dim, keepdim=keepdim)
        return y

    return run


def position(fn):
    return lambda x, axis=None, o=None: fn(x, axis, **(o or {}))


def along(fn):
    def run(x, axis, o=None):
        values, indices = fn(x, axis, **(o or {}))
        return [values, indices]

    return run


def extreme(fn):
    def run(x, axis=None, o=None):
        return fn(x) if axis is None else along(fn)(x, axis, o)

    return run


def positions(index):
    """An index as PyTorch takes it; other dtypes stay, to be refused."""
    return index.long() if index.dtype == torch.int32 else index


def index_of(entry):
    if isinstance(entry, list):
        start, stop, step = (entry + [None, None, None])[:3]
        return slice(start, stop, step)
    if entry == ":":
        return slice(None)
    if entry == "...":
        return Ellipsis
    return positions(entry) if torch.is_tensor(entry) else entry


def at(x, indices):
    """x[indices]. PyTorch has no negative steps: those dimensions are picked by lists of positions instead."""
    left = x.dim() - sum(1 if not torch.is_tensor(i) or i.dtype != torch.bool else i.dim() for i in indices if i is not None and i != "...")
    axis = 0
    out = x
    kept = []
    for entry in indices:
        if isinstance(entry, list) and len(entry) > 2 and (entry[2] or 1) < 0:
            size = x.shape[axis]
            places = list(range(size))[slice(*entry)]
            out = out.index_select(axis, torch.tensor(places, dtype=torch.int64))
            entry = ":"
        kept.append(entry)
        axis += left if entry == "..." else 0 if entry is None else entry.dim() if torch.is_tensor(entry) and entry.dtype == torch.bool else 1
    return out[tuple(index_of(entry) for entry in kept)]


def set_at(x, indices, value):
    y = x.clone()
    y[tuple(index_of(entry) for entry in indices)] = value.to(x.dtype) if torch.is_tensor(value) else value
    return y


def clamp(x, low=None, high=None):
    if torch.is_tensor(low) or torch.is_tensor(high):
        return torch.clamp(x, *(b if b is None or torch.is_tensor(b) else torch.tensor(b) for b in (low, high)))
    return torch.clamp(x, low, high)


def pooled(x, kernel, o=None, indices=False):
    o = dict(o or {})
    return torch.nn.functional.max_pool2d(
        x, kernel, stride=o.get("stride"), padding=o.get("padding", 0), dilation=o.get("dilation", 1),
        ceil_mode=o.get("ceilMode", False), return_indices=indices,
    )


def batch_norm(x, mean, var, o=None):
    o = dict(o or {})
    mean, var = (None if r is None else r.clone() for r in (mean, var))
    y = torch.nn.functional.batch_norm(
        x, mean, var, o.get("weight"), o.get("bias"), training=o.get("training", False),
        momentum=o.get("momentum", 0.1), eps=o.get("eps", 1e-5),
    )
    return [y] + [r for r in (mean, var) if r is not None]


def class_nll(x, target, ignore, _caller):
    return torch.nn.functional.nll_loss(x, positions(target), ignore_index=ignore, reduction="none")


def creation(fn):
    def run(*args):
        o = args[-1] if args and isinstance(args[-1], dict) else {}
        plain = args[:-1] if args and isinstance(args[-1], dict) else args
        return fn(*plain, dtype=DTYPES[o.get("dtype", "float32")])

    return run


def seeded(fn):
    def run(*args):
        torch.manual_seed(SEED)
        return creation(fn)(*args)

    return run


def linspace(start, end, steps, dtype):
    return torch.linspace(start, end, steps, dtype=dtype)


def from_typed(values, shape, dtype):
    return torch.tensor(values, dtype=dtype).reshape(shape)


def like(fn):
    return lambda x, *rest: fn(x, *(r for r in rest if not isinstance(r, dict)), **{k: DTYPES[v] for r in rest if isinstance(r, dict) for k, v in r.items()})


def in_place(name):
    """The method on a copy."""

    def run(x, *args):
        o = args[-1] if args and isinstance(args[-1], dict) else {}
        plain = args[:-1] if args and isinstance(args[-1], dict) else args
        return getattr(x.clone(), name)(*plain, **o)

    return run


def flatten(x, start=0, end=-1):
    return torch.flatten(x, start, end)


def squeeze(x, axis=None):
    return torch.squeeze(x) if axis is None else torch.squeeze(x, axis)


def scalar_first(fn):
    """PyTorch's functions want a tensor first; a number there is a 0-d one."""
    return lambda a, *rest: fn(a if torch.is_tensor(a) else wrapped(a), *rest)


def wrapped(number):
    """A number as PyTorch treats it among tensors: it has no say in the dtype within its category."""
    return torch.tensor(number, dtype=torch.float32 if isinstance(number, float) else torch.int64)


def threefry(key, counter):
    """Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror and Shaw, SC 2011), not part of PyTorch."""
    mask = 2**32 - 1
    keys = [*key, 0x1BD11BDA ^ key[0] ^ key[1]]
    x, y = (counter[0] + keys[0]) & mask, (counter[1] + keys[1]) & mask
    for r in range(20):
        by = [13, 15, 26, 6, 17, 29, 16, 24][r % 8]
        x = (x + y) & mask
        y = (((y << by) | (y >> (32 - by))) & mask) ^ x
        if r % 4 == 3:
            n = r // 4 + 1
            x, y = (x + keys[n % 3]) & mask, (y + keys[(n + 1) % 3] + n) & mask
    return x, y


assert threefry((0, 0), (0, 0)) == (0x6B200159, 0x99BA4EFE)  # the authors' known answer


def uniform_mask(shape):
    size = 1
    for n in shape:
        size *= n
    words = [threefry((SEED, 0), (i, 0))[0] >> 8 for i in range(size)]
    return (torch.tensor(words, dtype=torch.float64) * 2.0**-24).float().reshape(shape)


def where(condition, a, b):
    """where() of 1.13 treats numbers as 0-d tensors of their own dtype: here they adopt the other operand's."""
    other = next(x for x in (a, b) if torch.is_tensor(x))
    a, b = (x if torch.is_tensor(x) else torch.tensor(x, dtype=other.dtype) for x in (a, b))
    return torch.where(condition, a, b)


def apply_in_place(x, name, *args):
    return getattr(x.clone(), name + "_")(*args)


def sum_to(x, shape):
    return x.sum_to_size(shape)


CALLS = {
    **{
        name: scalar_first(getattr(torch, name))
        for name in "add sub mul div fmod remainder maximum minimum eq ne lt le gt ge".split()
    },
    **{
        name: getattr(torch, name)
        for name in (
            "neg abs sign square reciprocal exp expm1 log log1p sqrt rsqrt sin cos tanh sigmoid relu floor ceil trunc "
            "round isnan isinf isfinite matmul reshape permute transpose narrow select clone"
        ).split()
    },
    "pow": torch.pow,
    "logicalAnd": torch.logical_and,
    "logicalOr": torch.logical_or,
    "logicalXor": torch.logical_xor,
    "logicalNot": torch.logical_not,
    "bitwiseAnd": torch.bitwise_and,
    "bitwiseOr": torch.bitwise_or,
    "bitwiseXor": torch.bitwise_xor,
    "clamp": clamp,
    "leakyRelu": lambda x, slope: torch.nn.functional.leaky_relu(x, slope) if not torch.is_tensor(slope) else torch.where(x > 0, x, x * slope),
    "castTo": lambda x, dtype: x.to(DTYPES[dtype]),
    "where": where,
    "maskedFill": torch.masked_fill,
    "sum": axes_call(torch.sum),
    "mean": axes_call(torch.mean),
    "variance": axes_call(torch.var, correction=1),
    "std": axes_call(torch.std, correction=1),
    "amax": axes_call(torch.amax),
    "amin": axes_call(torch.amin),
    "argmax": position(torch.argmax),
    "argmin": position(torch.argmin),
    "maxAlong": along(torch.max),
    "minAlong": along(torch.min),
    "any": reduce_truth(torch.any),
    "all": reduce_truth(torch.all),
    "sumTo": sum_to,
    "flatten": flatten,
    "squeeze": squeeze,
    "unsqueeze": torch.unsqueeze,
    "mT": lambda x: x.mT,
    "expand": lambda x, shape: x.expand(shape),
    "flip": lambda x, axes: torch.flip(x, [axes] if isinstance(axes, int) else axes),
    "contiguous": lambda x: x.contiguous(),
    "at": at,
    "setAt": set_at,
    "gather": lambda x, axis, index: torch.gather(x, axis, positions(index)),
    "scatterAdd": lambda x, axis, index, source: torch.scatter_add(x, axis, positions(index), source),
    "indexSelect": lambda x, axis, index: torch.index_select(x, axis, positions(index)),
    "maskedSelect": torch.masked_select,
    "maskedSelectSync": torch.masked_select,
    "nonzero": torch.nonzero,
    "nonzeroSync": torch.nonzero,
    "linear": torch.nn.functional.linear,
    "conv2d": lambda x, w, b=None, o=None: torch.nn.functional.conv2d(x, w, b, **(o or {})),
    "maxPool2d": pooled,
    "maxPool2dWithIndices": lambda x, kernel, o=None: list(pooled(x, kernel, o, True)),
    "softmax": torch.softmax,
    "logSoftmax": torch.log_softmax,
    "logsumexp": lambda x, axis, o=None: torch.logsumexp(x, axis, **(o or {})),
    "batchNorm": batch_norm,
    "classNll": class_nll,
    "tensor": lambda data, o=None: torch.tensor(data, dtype=DTYPES[(o or {}).get("dtype", "bool" if data == [True, False] else "float32")]),
    "asTensor": lambda data, o=None: data if torch.is_tensor(data) else torch.tensor(data, dtype=DTYPES[o["dtype"]]),
    "fromTyped": creation(from_typed),
    "zeros": creation(torch.zeros),
    "ones": creation(torch.ones),
    "full": creation(torch.full),
    "zerosLike": like(torch.zeros_like),
    "onesLike": like(torch.ones_like),
    "fullLike": like(torch.full_like),
    "arange": creation(torch.arange),
    "linspace": creation(linspace),
    "eye": creation(torch.eye),
    "rand": seeded(torch.rand),
    "randn": seeded(torch.randn),
    "randint": seeded(lambda low, high, shape, dtype: torch.randint(low, high, shape)),
    "randperm": seeded(lambda n, dtype: torch.randperm(n)),
    "uniformMask": uniform_mask,
    "Tensor.add": lambda x, y, o: torch.add(x, y, **o),
    "Tensor.sub": lambda x, y, o: torch.sub(x, y, **o),
    "Tensor.pow": torch.pow,
    "Tensor.where": lambda x, condition, other: where(condition, x, other),
    "Tensor.to": lambda x, dtype: x.to(DTYPES[dtype]),
    "Tensor.detach": lambda x: x.detach(),
    "Tensor.var": axes_call(torch.var, correction=1),
    "Tensor.max": extreme(torch.max),
    "Tensor.min": extreme(torch.min),
    "Tensor.t": torch.t,
    "Tensor.view": lambda x, shape: x.view(shape),
    "Tensor.permute": lambda x, *axes: x.permute(*axes),
    "Tensor.at": lambda x, *indices: at(x, list(indices)),
    "Tensor.setAt": set_at,
    "Tensor.copy_": lambda x, source: x.clone().copy_(source),
    "Tensor.apply_": apply_in_place,
    **{f"Tensor.{name}": in_place(name) for name in "add_ sub_ mul_ div_ relu_ clamp_ fill_ zero_".split()},
}

SEED = 0


class Refused(Exception):
    """PyTorch does not run a case that must have a golden value."""


def decode_argument(arg, tensors):
    if isinstance(arg, list):
        return [decode_argument(a, tensors) for a in arg]
    if not isinstance(arg, dict):
        return arg
    if "$number" in arg:
        return float(arg["$number"])
    if "$tensor" not in arg:
        return {name: decode_argument(a, tensors) for name, a in arg.items()}
    x = decode(arg["$tensor"], arg["dtype"], arg["shape"])
    if arg.get("transposed") and x.dim() > 1:
        x = x.mT.contiguous().mT
    if arg["gradient"]:
        tensors.append(x.requires_grad_())
    return x


def compute(case):
    """The text of a golden value."""
    wanted = []
    args = [decode_argument(a, wanted) for a in case["args"]]
    result = CALLS[case["fn"]](*args)
    outputs = list(result) if isinstance(result, (list, tuple)) else [result]
    text = " ".join(encode(y) for y in outputs)
    if not case["gradient"] or not wanted:
        return text
    roots = [y for y in outputs if y.requires_grad]
    grads = [None] * len(wanted)
    if roots:
        weights = [cotangent(y, i) for i, y in enumerate(roots)]
        grads = torch.autograd.grad(roots, wanted, weights, allow_unused=True)
    return text + ";" + " ".join("-" if g is None else encode(g) for g in grads)


def refuses(call):
    """Whether PyTorch raises for a call."""
    try:
        CALLS[call["fn"]](*(decode_argument(a, []) for a in call["args"]))
    except Exception:
        return True
    return False


def main():
    global SEED
    samples = json.load(sys.stdin)
    SEED = samples["seed"]
    torch.set_num_threads(1)
    problems = []
    total = 0
    for family, listed in samples["families"].items():
        cases = {}
        for case in listed["cases"]:
            try:
                cases[case["key"]] = compute(case)
            except Exception as error:
                problems.append(f"{case['dtype']}: {case['title']}: {type(error).__name__}: {str(error).splitlines()[0]}")
        for call in listed["errors"]:
            if refuses(call) == bool(call["stricter"]):
                problems.append(f"error sample {call['title']}: PyTorch {'refuses' if call['stricter'] else 'accepts'} it")
        with open(os.path.join(OUT, f"{family}.json"), "w") as file:
            json.dump({"torch": torch.__version__, "cases": dict(sorted(cases.items()))}, file, indent=0)
            file.write("\n")
        total += len(cases)
    print(f"{total} golden values by PyTorch {torch.__version__}")
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
