"""Imported once by the process that all workers are forked from: importing it is its work.

`TUTORIALS_PRELOAD` names the packages, separated by commas; one that is missing or broken costs only time.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import multiprocessing
import os
import signal
import sys
from pathlib import Path

VARIABLE = "TUTORIALS_PRELOAD"
COMPANIONS = {  # what these packages import on first use, in every script again if not here
    "torch": ("torch._dynamo",),  # by the first optimizer
    "matplotlib.pyplot": ("matplotlib.backends.backend_svg", "matplotlib.backends.backend_agg"),
    "IPython": ("IPython.display", "IPython.core.formatters"),
}

# Where modules are found when `python script.py` is run, but for the script's own folder.
PLAIN_PATH = [path for path in sys.path if path not in ("", str(Path.cwd()))]

MAIN_PROCESS = multiprocessing.current_process()  # what a script takes itself for, as under `python`


def preload(names: list[str]) -> None:
    gc.disable()  # nothing that is imported is garbage, and looking for it takes seconds
    for name in names:
        for module in (name, *COMPANIONS.get(name, ())):
            with contextlib.suppress(Exception):
                importlib.import_module(module)
    gc.collect()
    gc.freeze()  # a collection in a worker must not copy the pages that all workers share
    gc.enable()


if VARIABLE in os.environ:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the builder decides when this ends
    atexit.register(os._exit, 0)  # some libraries complain at length when they are taken down in order
    preload([name for name in os.environ[VARIABLE].split(",") if name])
