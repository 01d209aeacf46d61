"""Writes the golden values of the conformance samples: what PyTorch gives for each case, and its gradients.

    node --conditions=@flambeau/source tests/golden/dump-samples.ts [FAMILY ...] | /usr/bin/python3 tests/golden/ops.py

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

from calls import CALLS
from calls.creation import SEED
from tensors import cotangent, decode, encode

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
OUT = os.path.join(ROOT, "packages", "backend-conformance", "src", "golden")


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
    samples = json.load(sys.stdin)
    assert samples["seed"] == SEED, "the samples are drawn after another seed"
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
