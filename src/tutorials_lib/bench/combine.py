"""Several passes of the benchmarks as one: `python -m tutorials_lib.bench.combine PASS … --into DIR`.

Each PASS is a folder that `--record` wrote. DIR gets the medians over the passes and their spread, from which
the machine's own noise is read.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tutorials_lib.bench.results import ResultsError, combine, read, write


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0; 1 where a pass cannot be read or was made differently; 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m tutorials_lib.bench.combine", description=__doc__)
    parser.add_argument("passes", type=Path, nargs="+", metavar="PASS")
    parser.add_argument("--into", type=Path, required=True, metavar="DIR")
    options = parser.parse_args(arguments)
    names = sorted({file.relative_to(one) for one in options.passes for file in one.glob("*/*.json")})
    try:
        if not names:
            raise ResultsError(f"{options.passes[0]}: no results; expected <machine>/<suite>.json")
        for name in names:
            runs = [read(one / name) for one in options.passes if (one / name).is_file()]
            run = combine(runs)
            write(run, options.into / name)
            print(f"{len(run.cells)} rows of {len(runs)} passes → {options.into / name}")
    except ResultsError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
