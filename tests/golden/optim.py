"""Writes what PyTorch's optimizers, schedulers and gradient clipping compute, for the tests of packages/optim.

    /usr/bin/python3 tests/golden/optim.py packages/optim/src/golden

Made with PyTorch 1.13.0a0 (Debian's python3-torch 1.13.1), its single-tensor implementations on the CPU.

steps.json: for every dtype the initial parameters and ten steps' gradients, shared by all cases, and for every case its
options and the parameters and states after steps 1, 2, 5 and 10. The second parameter has no gradient in steps 1 and 4.
schedules.json: the rates (and momenta) of the first epochs of every scheduler.
clipping.json: gradients, the norm that was found, and what was left of them.
"""
import json
import sys
import warnings
from pathlib import Path

import torch
from torch import optim
from torch.optim import lr_scheduler

warnings.filterwarnings("ignore")

STEPS = 10
SHOWN = [1, 2, 5, 10]
SHAPES = [[2, 3], [4], []]
DTYPES = {"float32": torch.float32, "float64": torch.float64}

NAMES = {
    "weight_decay": "weightDecay", "lr_decay": "lrDecay", "initial_accumulator_value": "initialAccumulatorValue",
    "momentum_buffer": "momentumBuffer", "exp_avg": "expAvg", "exp_avg_sq": "expAvgSq", "max_exp_avg_sq": "maxExpAvgSq",
    "exp_inf": "expInf", "square_avg": "squareAvg", "acc_delta": "accDelta",
    "step_size": "stepSize", "T_max": "tMax", "eta_min": "etaMin", "max_lr": "maxLr", "total_steps": "totalSteps",
    "steps_per_epoch": "stepsPerEpoch", "pct_start": "pctStart", "anneal_strategy": "annealStrategy",
    "cycle_momentum": "cycleMomentum", "base_momentum": "baseMomentum", "max_momentum": "maxMomentum",
    "div_factor": "divFactor", "final_div_factor": "finalDivFactor", "three_phase": "threePhase",
    "norm_type": "normType",
}

CASES = [
    ("SGD", dict(lr=0.1)),
    ("SGD", dict(lr=0.1, weight_decay=0.01)),
    ("SGD", dict(lr=0.1, maximize=True)),
    ("SGD", dict(lr=0.1, momentum=0.9)),
    ("SGD", dict(lr=0.1, momentum=0.9, dampening=0.3)),
    ("SGD", dict(lr=0.1, momentum=0.9, weight_decay=0.05)),
    ("SGD", dict(lr=0.1, momentum=0.9, nesterov=True)),
    ("SGD", dict(lr=0.1, momentum=0.8, nesterov=True, weight_decay=0.02, maximize=True)),
    ("SGD", dict(lr=0.1, momentum=0.5, dampening=0.1, weight_decay=0.02, maximize=True)),
    ("Adam", dict()),
    ("Adam", dict(lr=0.05, betas=(0.8, 0.95), eps=1e-3)),
    ("Adam", dict(lr=0.01, weight_decay=0.1)),
    ("Adam", dict(lr=0.01, maximize=True)),
    ("Adam", dict(lr=0.01, amsgrad=True)),
    ("Adam", dict(lr=0.01, amsgrad=True, weight_decay=0.1, maximize=True, betas=(0.5, 0.6))),
    ("AdamW", dict()),
    ("AdamW", dict(lr=0.05, weight_decay=0.0)),
    ("AdamW", dict(lr=0.05, weight_decay=0.3, betas=(0.8, 0.95), eps=1e-3)),
    ("AdamW", dict(lr=0.01, maximize=True)),
    ("AdamW", dict(lr=0.01, amsgrad=True, betas=(0.5, 0.6))),
    ("Adadelta", dict()),
    ("Adadelta", dict(lr=0.5, rho=0.7, eps=1e-4)),
    ("Adadelta", dict(weight_decay=0.1)),
    ("Adadelta", dict(maximize=True)),
    ("Adadelta", dict(maximize=True, weight_decay=0.1)),
    ("Adagrad", dict()),
    ("Adagrad", dict(lr=0.1, lr_decay=0.05)),
    ("Adagrad", dict(lr=0.1, initial_accumulator_value=0.5, eps=1e-3)),
    ("Adagrad", dict(lr=0.1, weight_decay=0.1)),
    ("Adagrad", dict(lr=0.1, maximize=True)),
    ("Adagrad", dict(lr=0.1, maximize=True, weight_decay=0.1, lr_decay=0.1)),
    ("Adamax", dict()),
    ("Adamax", dict(lr=0.05, betas=(0.8, 0.9), eps=1e-3)),
    ("Adamax", dict(lr=0.01, weight_decay=0.1)),
    ("Adamax", dict(lr=0.01, maximize=True)),
    ("Adamax", dict(lr=0.01, maximize=True, weight_decay=0.1)),
]

# Options of the second group, where parameters are given in two groups.
GROUPED = [
    ("SGD", dict(lr=0.1, momentum=0.9), dict(lr=0.01, weight_decay=0.1)),
    ("AdamW", dict(lr=0.01), dict(weight_decay=0.0, betas=(0.7, 0.9))),
]

SCHEDULES = [
    ("StepLR", [7], dict()),
    ("StepLR", [5], dict(gamma=0.7)),
    ("ExponentialLR", [0.93], dict()),
    ("CosineAnnealingLR", [50], dict()),
    ("CosineAnnealingLR", [12], dict(eta_min=0.001)),
    ("OneCycleLR", [0.2], dict(total_steps=51)),
    ("OneCycleLR", [0.2], dict(epochs=11, steps_per_epoch=5)),
    ("OneCycleLR", [0.2], dict(total_steps=60, pct_start=0.4, anneal_strategy="linear", div_factor=10.0, final_div_factor=100.0)),
    ("OneCycleLR", [0.2], dict(total_steps=51, three_phase=True, base_momentum=0.5, max_momentum=0.9)),
    ("OneCycleLR", [0.2], dict(total_steps=51, pct_start=0.0, cycle_momentum=False)),
    ("OneCycleLR", [[0.2, 0.4]], dict(total_steps=51, base_momentum=[0.7, 0.8], max_momentum=[0.9, 0.99])),
]


def camel(options):
    return {NAMES.get(key, key): value for key, value in options.items()}


def flat(tensor):
    return tensor.detach().double().flatten().tolist()


def gradients(dtype):
    """Ten gradients a parameter, over many magnitudes, with zeros among them."""
    generator = torch.Generator().manual_seed(7)
    steps = []
    for step in range(STEPS):
        grads = []
        for position, shape in enumerate(SHAPES):
            scale = 10.0 ** torch.randint(-3, 2, shape, generator=generator)
            grad = (torch.randn(shape, generator=generator) * scale).to(dtype)
            if position == 0:
                grad[0, 0] = 0
            grads.append(None if position == 1 and step in (0, 3) else grad)
        steps.append(grads)
    return steps


def initial(dtype):
    generator = torch.Generator().manual_seed(3)
    return [torch.randn(shape, generator=generator).to(dtype) for shape in SHAPES]


def state_of(entry):
    state = {}
    for key, value in entry.items():
        if value is None:
            continue
        name = NAMES.get(key, key)
        state[name] = int(value) if key == "step" else flat(value)
    return state


def run(name, options, second, dtype):
    params = [p.clone().requires_grad_() for p in initial(dtype)]
    groups = params if second is None else [{"params": params[:1]}, {"params": params[1:], **second}]
    optimizer = getattr(optim, name)(groups, foreach=False, **options)
    after = {}
    for step, grads in enumerate(gradients(dtype), 1):
        for p, grad in zip(params, grads):
            p.grad = None if grad is None else grad.clone()
        optimizer.step()
        if step in SHOWN:
            states = [state_of(optimizer.state[p]) if p in optimizer.state else {} for p in params]
            after[step] = {"params": [flat(p) for p in params], "states": states}
    return after


def steps():
    found = {"shapes": SHAPES, "dtypes": {}}
    for label, dtype in DTYPES.items():
        cases = []
        for name, options, second in [(n, o, None) for n, o in CASES] + GROUPED:
            entry = {"optimizer": name, "options": camel(options), "after": run(name, options, second, dtype)}
            if second is not None:
                entry["second"] = camel(second)
            cases.append(entry)
        found["dtypes"][label] = {
            "initial": [flat(p) for p in initial(dtype)],
            "gradients": [[None if g is None else flat(g) for g in grads] for grads in gradients(dtype)],
            "cases": cases,
        }
    return found


def schedule(name, args, options, kind):
    groups = [{"params": [torch.zeros(1, requires_grad=True)]}, {"params": [torch.zeros(1, requires_grad=True)], "lr": 0.03}]
    optimizer = optim.SGD(groups, lr=0.1, momentum=0.9) if kind == "SGD" else optim.AdamW(groups, lr=0.1)
    args = [lambda epoch: 0.95**epoch] if name == "LambdaLR" else args
    scheduler = getattr(lr_scheduler, name)(optimizer, *args, **options)
    rates, momenta = [], []
    for _ in range(51):
        rates.append([group["lr"] for group in optimizer.param_groups])
        momenta.append([group["momentum"] if kind == "SGD" else group["betas"][0] for group in optimizer.param_groups])
        optimizer.step()
        scheduler.step()
    return {"scheduler": name, "optimizer": kind, "args": args if name != "LambdaLR" else [], "options": camel(options), "rates": rates, "momenta": momenta}


def schedules():
    found = [schedule(name, args, options, "SGD") for name, args, options in SCHEDULES + [("LambdaLR", [], {})]]
    return found + [schedule("OneCycleLR", [0.2], dict(total_steps=51), "AdamW")]


def clipping():
    found = []
    for dtype_name, dtype in DTYPES.items():
        for max_norm in (0.5, 1e6):
            for norm_type in (2.0, 1.0, 3.0, float("inf")):
                params = [p.clone().requires_grad_() for p in initial(dtype)]
                grads = gradients(dtype)[1]
                for p, grad in zip(params, grads):
                    p.grad = grad.clone()
                norm = torch.nn.utils.clip_grad_norm_(params, max_norm, norm_type)
                found.append({
                    "dtype": dtype_name, "gradients": [flat(g) for g in grads], "maxNorm": max_norm,
                    "normType": "Infinity" if norm_type == float("inf") else norm_type,
                    "norm": norm.item(), "clipped": [flat(p.grad) for p in params],
                })
    return found


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for file, make in {"steps.json": steps, "schedules.json": schedules, "clipping.json": clipping}.items():
        (folder / file).write_text(json.dumps(make()) + "\n")
