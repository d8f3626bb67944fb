"""The machine card: what a reader must know about a machine, and nothing that names its owner.

No host name, user, path or serial number is read. Kernel builds carry names too, so only their numbers stay.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable
from importlib import metadata
from typing import Any

import cpuinfo
import psutil
import torch

# Vector and matrix arithmetic, oldest first, as the processor's flags spell it.
INSTRUCTIONS = (
    *("sse4_2", "avx", "f16c", "fma", "avx2", "avx_vnni", "avx_vnni_int8", "avx_ne_convert"),
    *("avx512f", "avx512bw", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16"),
    *("asimd", "asimdhp", "asimddp", "bf16", "i8mm", "sve", "sve2", "sme"),
)


def machine_card(device: str = "cpu") -> dict[str, Any]:
    """The `machine` of a results file; `device` is "cpu" or "cuda"."""
    processor = cpuinfo.get_cpu_info()
    accelerator = _accelerator() if device == "cuda" else None
    card = {
        "processor": processor.get("brand_raw") or platform.machine(),
        "architecture": platform.machine(),
        "family": processor.get("family"),
        "model": processor.get("model"),
        "cores": psutil.cpu_count(),
        "instructions": instruction_sets(processor.get("flags", ())),
        "memory_bytes": psutil.virtual_memory().total,
        "system": _system(),
        "accelerator": accelerator,
    }
    card = {name: value for name, value in card.items() if value is not None or name == "accelerator"}
    return {"name": machine_name(card), **card}


def machine_name(card: dict[str, Any]) -> str:
    """A file name made of models, so that equal machines share it and no owner shows in it.

    A processor whose brand has no number (virtual machines hide it) is told by family and model.

    >>> machine_name({"processor": "AMD EPYC", "family": 25, "model": 17, "cores": 2, "accelerator": None})
    'amd-epyc-family-25-model-17-2-cores'
    """
    parts = [re.sub(r"\((r|tm)\)|cpu|processor|@.*", " ", card["processor"].lower())]
    if not re.search(r"\d", parts[0]) and "family" in card:
        parts.append(f"family {card['family']} model {card.get('model', 0)}")
    parts.append(f"{card['cores']} cores")
    if card["accelerator"]:
        parts.append(card["accelerator"]["name"].lower())
    return re.sub(r"[^a-z0-9]+", "-", " ".join(parts)).strip("-")


def instruction_sets(flags: Iterable[str]) -> list[str]:
    """Those flags that name vector or matrix arithmetic, oldest first.

    >>> instruction_sets(["smep", "avx2", "avx512_bf16", "fma"])
    ['fma', 'avx2', 'avx512_bf16']
    """
    present = set(flags)
    return [name for name in INSTRUCTIONS if name in present]


def versions(device: str = "cpu") -> dict[str, str]:
    """Versions of what computes: Python, PyTorch and the libraries that it was built with."""
    build = torch.__config__.show()
    found = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "onednn": _first(r"MKL-DNN v([\d.]+)", build),
        "mkl": _first(r"Math Kernel Library Version ([\d.]+)", build),
        "cuda": torch.version.cuda if device == "cuda" else None,
        "cudnn": str(torch.backends.cudnn.version()) if device == "cuda" else None,
        **({name: metadata.version(name) for name in ("jax", "torchax")} if device == "xla" else {}),
    }
    return {name: version for name, version in found.items() if version}


def _first(pattern: str, text: str) -> str | None:
    match = re.search(pattern, text)
    return match and match.group(1)


def _system() -> str:
    number = _first(r"(\d+(?:\.\d+)?)", platform.release())
    return f"{platform.system()} {number or 0}"


def _accelerator() -> dict[str, Any]:
    properties = torch.cuda.get_device_properties(0)
    return {
        "name": properties.name,
        "memory_bytes": properties.total_memory,
        "capability": f"{properties.major}.{properties.minor}",
        "l2_bytes": properties.L2_cache_size,
    }
