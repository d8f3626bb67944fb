"""Whether two runs of the benchmarks tell the same: `python -m tutorials_lib.bench.agree OLD NEW`.

OLD and NEW are results files, or folders of them (`benchmarks/results`, or one machine's). Printed are, for
every suite, the share of undisturbed cells whose times in calibration units lie within 12 % of each other,
the same of cells that several passes of both runs measured undisturbed, and the cells that drifted beyond the
noise. Nothing fails because a number drifted: machines differ.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from tutorials_lib.bench.compare import NOISE, Agreement, agreement
from tutorials_lib.bench.results import ResultsError, Run, read

WITHIN = 0.12


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0; 1 where a file cannot be read or nothing is common to both; 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m tutorials_lib.bench.agree", description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--within", type=float, default=WITHIN, help="relative difference (default: 0.12)")
    options = parser.parse_args(arguments)
    try:
        pairs = list(_pairs(options.old, options.new))
    except ResultsError as error:
        print(error, file=sys.stderr)
        return 1
    if not pairs:
        what = f"{options.new}: no suite of the same machine as in {options.old}"
        print(f"{what}; expected results of two runs on one machine", file=sys.stderr)
        return 1
    print(report(pairs, options.within))
    return 0


def report(pairs: list[tuple[str, Agreement]], within: float = WITHIN) -> str:
    """One line for each suite, one for all of them, and one for each cell that drifted."""
    lines = [_line(name, entry, within) for name, entry in pairs]
    ratios = {f"{name}: {cell}": ratio for name, entry in pairs for cell, ratio in entry.ratios.items()}
    repeated = frozenset(f"{name}: {cell}" for name, entry in pairs for cell in entry.repeated)
    everything = Agreement(ratios, sum(entry.disturbed for _, entry in pairs), repeated)
    drifted = {cell: ratio for cell, ratio in ratios.items() if not 1 / (1 + NOISE) <= ratio <= 1 + NOISE}
    lines.append(_line("all suites", everything, within))
    lines.append(_line("undisturbed in two passes", everything.of_repeated(), within))
    lines.append(f"{len(drifted)} cells drifted by more than {NOISE:.0%}:")
    lines += [
        f"  × {ratio:.2f}  {cell}" for cell, ratio in sorted(drifted.items(), key=lambda pair: -pair[1])
    ]
    return "\n".join(lines)


def _line(name: str, entry: Agreement, within: float) -> str:
    shares = f"{entry.share(within):4.0%} of {len(entry.ratios):3} cells agree within {within:.0%}"
    return f"{name:<32} {shares}; {entry.disturbed} not compared: disturbed"


def _pairs(old: Path, new: Path) -> Iterator[tuple[str, Agreement]]:
    before, after = _runs(old), _runs(new)
    for key in sorted(before.keys() & after.keys()):
        yield key[1], agreement(before[key], after[key])


def _runs(path: Path) -> dict[tuple[str, str], Run]:
    """Runs by machine and file name."""
    files = [path] if path.is_file() else sorted(path.glob("*/*.json")) or sorted(path.glob("*.json"))
    if not files:
        raise ResultsError(f"{path}: no results; expected a results file or a folder of them")
    runs = [(file.stem, read(file)) for file in files]
    return {(run.machine["name"], name): run for name, run in runs}


if __name__ == "__main__":
    sys.exit(main())
