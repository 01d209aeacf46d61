"""Prints what packages/losses is tested against, as JSON: values and gradients of every loss.

    /usr/bin/python3 tests/golden/losses.py > packages/losses/src/golden/pytorch.json

Made with PyTorch 1.13.0a0 (Debian's python3-torch 1.13.1). Values are base64 of little-endian float64, row-major.

A case names the loss and gives its operands: float64 drawn by torch.rand after manual_seed(case number), scaled and shifted
in float64, or "values" as they stand; "labels" are integers. "grads" are those of the operands named in "wrt", for the
cotangent sin(1), sin(2) ... The operands of "options" are drawn after input and target.
"""
import base64
import itertools
import json
import math
import sys

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
LOSSES = {
    "mseLoss": F.mse_loss, "l1Loss": F.l1_loss, "smoothL1Loss": F.smooth_l1_loss, "bceLoss": F.binary_cross_entropy,
    "bceWithLogitsLoss": F.binary_cross_entropy_with_logits, "crossEntropy": F.cross_entropy, "nllLoss": F.nll_loss,
}
SNAKE = {"posWeight": "pos_weight", "ignoreIndex": "ignore_index", "labelSmoothing": "label_smoothing"}
REDUCTIONS = ["mean", "sum", "none"]
number = itertools.count()


def packed(x):
    return base64.b64encode(x.detach().double().contiguous().numpy().tobytes()).decode()


def drawn(shape, scale=2.0, shift=-1.0):
    return {"shape": list(shape), "scale": scale, "shift": shift}


def values(data, shape):
    return {"values": data, "shape": list(shape)}


def labels(data, shape):
    return {"labels": data, "shape": list(shape)}


def build(spec):
    if "labels" in spec:
        return torch.tensor(spec["labels"], dtype=torch.long).reshape(spec["shape"])
    if "values" in spec:
        numbers = [float(v) for v in spec["values"]]
        return torch.tensor(numbers, dtype=torch.float64).reshape(spec["shape"])
    return torch.rand(spec["shape"], dtype=torch.float64) * spec["scale"] + spec["shift"]


def case(name, loss, input, target, options={}, wrt=("input", "target"), reductions=REDUCTIONS):
    seed = next(number)
    for reduction in reductions:
        torch.manual_seed(seed)
        operands = {"input": build(input), "target": build(target)}
        kwargs = {}
        for key, spec in options.items():
            kwargs[SNAKE.get(key, key)] = build(spec) if isinstance(spec, dict) else spec
            if isinstance(spec, dict):
                operands[key] = kwargs[SNAKE.get(key, key)]
        for key in wrt:
            operands[key].requires_grad_()
        y = LOSSES[loss](operands["input"], operands["target"], reduction=reduction, **kwargs)
        if y.requires_grad:
            y.backward(torch.tensor([math.sin(i + 1) for i in range(y.numel())], dtype=torch.float64).reshape(y.shape))
        yield {
            "name": name, "loss": loss, "seed": seed, "input": input, "target": target, "options": options, "reduction": reduction,
            "shape": list(y.shape), "values": packed(y), "grads": {key: packed(operands[key].grad) for key in wrt},
        }


def cases():
    for loss, options in [("mseLoss", {}), ("l1Loss", {}), ("smoothL1Loss", {}), ("smoothL1Loss", {"beta": 0.3}), ("smoothL1Loss", {"beta": 0.0})]:
        yield from case("a matrix", loss, drawn([3, 4], 4, -2), drawn([3, 4]), options)
        # With beta 0, PyTorch 1.13 differs from its own l1_loss where operands are equal.
        same = 1 if options.get("beta") != 0 else 1.5
        yield from case("equal and one apart", loss, values([1, 2, -3, 0.3], [4]), values([same, 1, -2, 0], [4]), options)
        yield from case("a scalar", loss, drawn([]), drawn([]), options, reductions=["mean"])
        yield from case("nothing", loss, drawn([0, 2]), drawn([0, 2]), options)
        yield from case("a target broadcast to the input", loss, drawn([3, 2]), drawn([2]), options)
        yield from case("an input broadcast to the target", loss, drawn([1]), drawn([2, 3]), options)

    unit, wide = (1.0, 0.0), (12.0, -6.0)
    yield from case("probabilities", "bceLoss", drawn([3, 4], *unit), drawn([3, 4], *unit))
    yield from case("certain ones", "bceLoss", values([0, 1, 0, 1, 0.5, 1e-30], [6]), values([0, 1, 1, 0, 1, 1], [6]))
    yield from case("weights of elements", "bceLoss", drawn([3, 4], *unit), drawn([3, 4], *unit), {"weight": drawn([3, 4])})
    yield from case("weights of columns", "bceLoss", drawn([3, 4], *unit), drawn([3, 4], *unit), {"weight": drawn([4])})
    yield from case("nothing", "bceLoss", drawn([0], *unit), drawn([0], *unit))

    yield from case("logits", "bceWithLogitsLoss", drawn([3, 4], *wide), drawn([3, 4], *unit))
    yield from case("far logits", "bceWithLogitsLoss", values([-800, 800, -50, 50, 0], [5]), values([1, 0, 0, 1, 0.5], [5]))
    yield from case("weights", "bceWithLogitsLoss", drawn([3, 4], *wide), drawn([3, 4], *unit), {"weight": drawn([3, 1])})
    yield from case("weights of positives", "bceWithLogitsLoss", drawn([3, 4], *wide), drawn([3, 4], *unit), {"posWeight": drawn([4], 3, 0)})
    both = {"weight": drawn([4]), "posWeight": drawn([3, 1], 3, 0)}
    yield from case("both", "bceWithLogitsLoss", drawn([3, 4], *wide), drawn([3, 4], *unit), both)
    yield from case("nothing", "bceWithLogitsLoss", drawn([0, 2]), drawn([0, 2], *unit))

    rows, weight = labels([2, 0, 1, 2, 0], [5]), {"weight": drawn([3], 1, 0.5)}
    plane = labels([0, 1, 2, 1, 0, 2, 2, 1, 0, 1, 1, 2], [2, 3, 2])
    holes = labels([1, -100, 2, -100, 0], [5])
    sevens = labels([7, 1, 2, 7, 0], [5])
    for loss in ["crossEntropy", "nllLoss"]:
        only = {"wrt": ["input"]}
        yield from case("rows", loss, drawn([5, 3], *wide), rows, **only)
        yield from case("one row without a batch", loss, drawn([3], *wide), labels([1], []), **only)
        yield from case("weights", loss, drawn([5, 3]), rows, weight, **only)
        yield from case("ignored labels", loss, drawn([5, 3]), holes, **only)
        yield from case("another ignoreIndex", loss, drawn([5, 3]), sevens, {"ignoreIndex": 7}, **only)
        yield from case("an ignored class", loss, drawn([5, 3]), rows, {"ignoreIndex": 2}, **only)
        yield from case("weights and ignored labels", loss, drawn([5, 3]), holes, weight, **only)
        yield from case("all ignored", loss, drawn([2, 3]), labels([-100, -100], [2]), **only)
        yield from case("all ignored, weighted", loss, drawn([2, 3]), labels([-100, -100], [2]), weight, **only)
        yield from case("an empty batch", loss, drawn([0, 3]), labels([], [0]), **only)
        yield from case("planes", loss, drawn([2, 3, 3, 2]), plane, **only)
        yield from case("weighted planes", loss, drawn([2, 3, 3, 2]), plane, {**weight, "ignoreIndex": 1}, **only)
        yield from case("sequences", loss, drawn([2, 3, 4]), labels([0, 1, 2, 1, 1, 0, 0, 2], [2, 4]), **only)
    smooth, only = {"labelSmoothing": 0.1}, {"wrt": ["input"]}
    yield from case("smoothed rows", "crossEntropy", drawn([5, 3]), rows, smooth, **only)
    yield from case("smoothed, weighted, ignored", "crossEntropy", drawn([5, 3]), holes, {**weight, **smooth}, **only)
    yield from case("smoothed ignored", "crossEntropy", drawn([5, 3]), holes, smooth, **only)
    yield from case("smoothed planes", "crossEntropy", drawn([2, 3, 3, 2]), plane, {**weight, **smooth, "ignoreIndex": 2}, **only)
    yield from case("one smoothed row", "crossEntropy", drawn([3]), labels([1], []), smooth, **only)
    yield from case("probabilities", "crossEntropy", drawn([4, 3], *wide), drawn([4, 3], *unit))
    yield from case("weighted probabilities", "crossEntropy", drawn([4, 3]), drawn([4, 3], *unit), weight)
    yield from case("smoothed probabilities", "crossEntropy", drawn([4, 3]), drawn([4, 3], *unit), {**weight, **smooth})
    yield from case("planes of probabilities", "crossEntropy", drawn([2, 3, 2, 2]), drawn([2, 3, 2, 2], *unit), {**weight, **smooth})
    yield from case("one row of probabilities", "crossEntropy", drawn([3]), drawn([3], *unit))
    yield from case("an empty batch of probabilities", "crossEntropy", drawn([0, 3]), drawn([0, 3], *unit))


body = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases())
sys.stdout.write(f'{{"torch":{json.dumps(torch.__version__)},\n"cases":[\n{body}]}}\n')
