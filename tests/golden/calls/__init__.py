"""How PyTorch is called for each sampled function: its arguments are those of the samples, in our order and form."""
import importlib
import pkgutil

MODULES = [importlib.import_module(f"calls.{module.name}") for module in pkgutil.iter_modules(__path__)]

CALLS = {name: call for module in MODULES for name, call in getattr(module, "CALLS", {}).items()}
