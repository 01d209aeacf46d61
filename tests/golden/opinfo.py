"""Writes golden cases from PyTorch's own test database: its OpInfo samples, with outputs and gradients.

    /usr/bin/python3 tests/golden/opinfo.py [--seed N] [--samples N] [--elements N] [--bytes N] [--out FOLDER] [--only NAME,...]

writes tests/golden/opinfo/<name>.json for every OpInfo that opinfo_calls can write as our call, and
tests/golden/opinfo/coverage.json: for each of the OpInfo names how many cases it has, or why it has none.
tests/conformance/opinfo.test.ts replays them. With --only, these files alone are written, and no coverage.json.

Each file also has the calls of OpInfo's error inputs, which must be refused; ACCEPTED of opinfo_calls says which are not, and why.

Per dtype (float32 and float64, or int32 and bool for what has no floats) up to --samples calls of up to --bytes in all are
kept, spread over those that have at most --elements in all their tensors. Encodings are those of ops.py; a tensor among the arguments is
`{"$tensor": "code|sizes|base64"}`, with `"gradient": true` where its gradient is kept.
"""
import argparse
import inspect
import json
import math
import os
import random
import sys
import types
import warnings

if os.environ.get("PYTHONHASHSEED") != "0":
    # Some samples iterate over sets: with other hashes they come in another order.
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, "PYTHONHASHSEED": "0"})

# Debian's package lacks this import of PyTorch's test utilities.
sys.modules["expecttest"] = types.SimpleNamespace(TestCase=__import__("unittest").TestCase, ACCEPT=False)

import numpy
import torch
from torch.testing._internal.common_methods_invocations import op_db

from calls.creation import SEED
from opinfo_calls import ACCEPTED, CALLS, OMITTED, RESULTS, UPDATED, Unmapped
from opinfo_calls.draws import UNWRITTEN
from tensors import cotangent, encode

HERE = os.path.dirname(os.path.abspath(__file__))
FLOATS = (torch.float32, torch.float64)
OTHERS = (torch.int32, torch.bool)
GOLDEN_SECTION = 0.6180339887498949
LABELS = {torch.float32: "float32", torch.float64: "float64", torch.int32: "int32", torch.bool: "bool", torch.int64: "int32"}

OUT_OF_SCOPE = {
    "complex numbers": "complex conj conj_physical resolve_conj resolve_neg view_as_real view_as_complex real imag angle polar H mH chalf isreal nn.functional.silu.complex sgn linalg.eig linalg.eigvals",
    "random projections": "pca_lowrank svd_lowrank",
    "sparse tensors": "to_sparse sparse.sampled_addmm",
    "jiterator (CUDA)": "jiterator_unary jiterator_binary jiterator_4inputs_with_extra_args jiterator_binary_return_by_ref jiterator_2inputs_2outputs",
    "dtypes that Flambeau lacks": "bfloat16 half short long",
    "masked tensors": "masked.",
    "Fourier transforms": "fft. stft istft",
    "special functions": "special. i0 igamma igammac mvlgamma. polygamma.",
}


NOT_HERE = {
    "resize_": "tensors keep their size: reshape or allocate",
    "resize_as_": "tensors keep their size: reshape or allocate",
    "uniform": "in place and random: uniform_ of nn's initialisers, checked in packages/nn",
}


def out_of_scope(name):
    for reason, names in OUT_OF_SCOPE.items():
        for entry in names.split():
            if name == entry or (entry.endswith(".") and name.startswith(entry)):
                return f"out of scope: {reason}"
    return None


def full_name(op):
    return op.name + (f".{op.variant_test_name}" if op.variant_test_name else "")


def tensors_in(value):
    if torch.is_tensor(value):
        return [value]
    if isinstance(value, (list, tuple)):
        return [x for v in value for x in tensors_in(v)]
    if isinstance(value, dict):
        return [x for v in value.values() for x in tensors_in(v)]
    return []


def encode_argument(arg):
    if arg is OMITTED:
        return {"$undefined": True}
    if torch.is_tensor(arg):
        made = {"$tensor": encode(arg)}
        return {**made, "gradient": True} if arg.requires_grad else made
    if isinstance(arg, bool) or arg is None or isinstance(arg, str):
        return arg
    if isinstance(arg, (int, float)):
        if isinstance(arg, float) and not math.isfinite(arg):
            return {"$number": {"inf": "Infinity", "-inf": "-Infinity"}.get(str(arg), "NaN")}
        return arg
    if isinstance(arg, (list, tuple)):
        return [encode_argument(a) for a in arg]
    if isinstance(arg, dict):
        return {name: encode_argument(a) for name, a in arg.items()}
    raise Unmapped(f"a {type(arg).__name__} as argument")


def supported(x):
    if x.dtype in (torch.float32, torch.float64, torch.int32, torch.uint8, torch.int8, torch.bool, torch.int64):
        return
    raise Unmapped(f"no {str(x.dtype).removeprefix('torch.')}")


def case_of(op, sample, limit):
    """One sample as a golden case. Raises Unmapped with the reason why not."""
    inputs = tensors_in((sample.input, sample.args, sample.kwargs))
    for x in inputs:
        supported(x)
    write = CALLS[full_name(op)]
    try:
        inspect.signature(write).bind(sample.input, *sample.args, **sample.kwargs)
    except TypeError as error:
        raise Unmapped(f"our call has no such argument: {error}") from error
    made = write(sample.input, *sample.args, **sample.kwargs)
    args = [encode_argument(a) for a in made["args"]]
    wanted = [x for x in tensors_in(made["args"]) if x.requires_grad]
    own = RESULTS.get(full_name(op))
    result = own(made) if own else op(sample.input, *sample.args, **sample.kwargs)
    if isinstance(result, bool):
        result = torch.tensor(result)
    outputs = list(result) if isinstance(result, (tuple, list)) else [result]
    outputs = [torch.tensor(y) if isinstance(y, bool) else y for y in outputs]
    if full_name(op) in UNWRITTEN:
        outputs = [torch.zeros_like(y) for y in outputs]
    if full_name(op) in UPDATED:
        outputs += UPDATED[full_name(op)](sample.input, *sample.args, **sample.kwargs)
    if any(not torch.is_tensor(y) for y in outputs):
        raise Unmapped("a result that is no tensor")
    for y in outputs:
        supported(y)
    if sum(x.numel() for x in [*inputs, *outputs]) > limit:
        raise Unmapped(f"more than {limit} elements")
    text = " ".join(encode(y) for y in outputs)
    roots = [y for y in outputs if y.requires_grad]
    if wanted:
        grads = [None] * len(wanted)
        if roots:
            weights = [cotangent(y, i) for i, y in enumerate(roots)]
            grads = torch.autograd.grad(roots, wanted, weights, allow_unused=True)
        text += ";" + " ".join("-" if g is None else encode(g) for g in grads)
    return {"fn": made["fn"], "args": args, "golden": text}


def chosen(items, options):
    """Cases spread evenly over those there are, until there are enough or they fill the space. At least one."""
    count = min(len(items), options.samples)
    kept = {}
    used = 0
    for k in range(count):
        i = int(k * GOLDEN_SECTION % 1 * len(items))
        while i in kept:
            i = (i + 1) % len(items)
        size = len(json.dumps(items[i]))
        if not kept or used + size <= options.bytes:
            kept[i] = items[i]
            used += size
    return [kept[i] for i in sorted(kept)]


def refused_by_pytorch(op, sample):
    """Some records hold for other devices only."""
    try:
        op(sample.input, *sample.args, **sample.kwargs)
    except Exception:
        return True
    return False


def with_written_memory(make):
    """Runs `make` with torch.empty giving zeros: inputs of chance would differ from run to run."""
    empty = torch.empty
    torch.empty = torch.zeros
    try:
        return make()
    finally:
        torch.empty = empty


def error_cases(op, limit):
    """The calls that PyTorch refuses, as far as they can be written as ours, with why we accept some of them."""
    if op.error_inputs_func is None:
        return []
    write = CALLS[full_name(op)]
    cases = []
    torch.manual_seed(0)
    for error in with_written_memory(lambda: list(op.error_inputs("cpu"))):
        sample = error.sample_input
        if sum(x.numel() for x in tensors_in((sample.input, sample.args, sample.kwargs))) > limit:
            continue
        by_type = not error.error_regex or error.error_type is TypeError or "int64 for index" in error.error_regex
        if by_type or not refused_by_pytorch(op, sample):
            continue  # types of arguments are TypeScript's to check; int32 is our index dtype
        try:
            for x in tensors_in((sample.input, sample.args, sample.kwargs)):
                supported(x)
            inspect.signature(write).bind(sample.input, *sample.args, **sample.kwargs)
            made = write(sample.input, *sample.args, **sample.kwargs)
            case = {"fn": made["fn"], "args": [encode_argument(a) for a in made["args"]], "message": error.error_regex}
        except (Unmapped, RuntimeError, TypeError, IndexError, AttributeError, ValueError):
            continue
        for fragment, reason in ACCEPTED.get(full_name(op), {}).items():
            if fragment in error.error_regex:
                case["accepted"] = reason
        cases.append(case)
    return cases


def cases_for(op, dtype, options):
    cases, reasons = fitting(op, dtype, options.seed, options.elements)
    if not cases and dtype == FLOATS[0] and any(reason.startswith("more than") for reason in reasons):
        # Every sample is large: the smallest one stands for them, in one dtype.
        large, _ = fitting(op, dtype, options.seed, 20 * options.elements)
        cases = sorted(large, key=lambda case: len(json.dumps(case)))[:1]
    return chosen(cases, options), len(cases), reasons


def fitting(op, dtype, seed, limit):
    """The samples of up to `limit` elements as cases, and why others are left out."""
    torch.manual_seed(seed)
    random.seed(seed)
    numpy.random.seed(seed)
    reasons = {}
    cases = []
    differentiable = op.supports_autograd and dtype in FLOATS
    for sample in op.sample_inputs("cpu", dtype, requires_grad=differentiable):
        try:
            cases.append(case_of(op, sample, limit))
        except Unmapped as reason:
            reasons[str(reason)] = reasons.get(str(reason), 0) + 1
    return list({json.dumps(c): c for c in cases}.values()), reasons


def walk(options):
    coverage = {}
    total = 0
    for op in sorted(op_db, key=full_name):
        name = full_name(op)
        if options.only and name not in options.only:
            continue
        if name not in CALLS:
            coverage[name] = {"covered": False, "reason": out_of_scope(name) or NOT_HERE.get(name, "no such function yet")}
            continue
        dtypes = [d for d in FLOATS if d in op.dtypes] or [d for d in (*OTHERS, torch.int64) if d in op.dtypes] or list(FLOATS)
        file = {"torch": torch.__version__, "seed": options.seed, "name": name, "cases": []}
        found = 0
        left_out = {}
        for dtype in dtypes:
            cases, available, reasons = cases_for(op, dtype, options)
            found += available
            file["cases"] += [{"dtype": LABELS[dtype], **c} for c in cases]
            for reason, count in reasons.items():
                left_out[reason] = left_out.get(reason, 0) + count
        errors = error_cases(op, options.elements)
        count = len(file["cases"])
        if count == 0:
            coverage[name] = {"covered": False, "reason": "no sample fits: " + ", ".join(sorted(left_out))}
            continue
        coverage[name] = {"covered": True, "cases": count, "of": found + sum(left_out.values())}
        if left_out:
            coverage[name]["leftOut"] = dict(sorted(left_out.items()))
        if errors:
            coverage[name]["errors"] = len(errors)
        total += count
        with open(os.path.join(options.out, f"{name}.json"), "w") as out:
            head = json.dumps({k: v for k, v in file.items() if k != "cases"})[:-1]
            lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in file["cases"])
            refused = ",\n".join(json.dumps(c, separators=(",", ":")) for c in errors)
            out.write(f'{head}, "cases": [\n{lines}\n], "errors": [\n{refused}\n]}}\n')
    return coverage, total


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--samples", type=int, default=20, help="cases per name and dtype")
    parser.add_argument("--elements", type=int, default=1500, help="elements in all tensors of a case")
    parser.add_argument("--bytes", type=int, default=8000, help="of the cases per name and dtype, as they are written")
    parser.add_argument("--out", default=os.path.join(HERE, "opinfo"))
    parser.add_argument("--only", type=lambda names: names.split(","), default=[], help="OpInfo names, separated by commas")
    options = parser.parse_args()
    unknown = set(options.only) - set(CALLS)
    if unknown:
        parser.error(f"no call is written for {', '.join(sorted(unknown))}")
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    os.makedirs(options.out, exist_ok=True)
    for old in os.listdir(options.out) if not options.only else []:
        if old.endswith(".json"):
            os.remove(os.path.join(options.out, old))
    coverage, total = walk(options)
    if options.only:
        print(json.dumps(coverage, indent=1))
        return
    with open(os.path.join(options.out, "coverage.json"), "w") as out:
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in coverage.items())
        out.write("{\n" + lines + "\n}\n")
    covered = sum(entry["covered"] for entry in coverage.values())
    scope = sum("out of scope" not in entry.get("reason", "") for entry in coverage.values())
    print(f"{total} cases of {covered} OpInfo names; {scope} of {len(coverage)} are in scope")


if __name__ == "__main__":
    main()
