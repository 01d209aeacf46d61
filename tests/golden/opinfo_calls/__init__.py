"""How PyTorch's calls are written in Flambeau: OpInfo name → function of (input, *args, **kwargs) that gives our call.

A call is `{"fn": name, "args": [...]}` for a name that the conformance package can call. A sample that has no such call
raises `Unmapped` with the reason, which ends up in the coverage list.
"""
import importlib
import pkgutil

from opinfo_calls.common import OMITTED, Unmapped

MODULES = [importlib.import_module(f"opinfo_calls.{module.name}") for module in pkgutil.iter_modules(__path__)]

CALLS = {name: write for module in MODULES for name, write in getattr(module, "CALLS", {}).items()}

UPDATED = {name: tensors for module in MODULES for name, tensors in getattr(module, "UPDATED", {}).items()}
"""Tensors that a call writes into, which our call gives after its result."""

RESULTS = {name: result for module in MODULES for name, result in getattr(module, "RESULTS", {}).items()}
"""What our call's outputs are compared with, from our call: where PyTorch's own outputs are determined up to signs only, say."""

ACCEPTED = {name: reasons for module in MODULES for name, reasons in getattr(module, "ACCEPTED", {}).items()}
"""Error inputs that we accept on purpose: part of PyTorch's message → why."""
