"""Two committed files that follow from measurements of others: where they are, and how to have them anew.

They are no runs of our benchmarks, so they lie beside the machines' folders. `paradnn_fit` writes them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tutorials_lib import tr
from tutorials_lib.bench import report, results
from tutorials_lib.bench.report import Html

STEPS, PRODUCTS = "paradnn.json", "tpu_products.json"
COMMAND = "python -m tutorials_lib.bench.paradnn_fit --download"


def path(name: str) -> Path:
    """Where the file of that name is."""
    return results.repository() / results.RESULTS / name


def read(name: str | Path) -> dict[str, Any]:
    """A file by its name or path. Raises `results.ResultsError` that names it and says what is wrong."""
    file = path(name) if isinstance(name, str) else name
    try:
        data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise results.ResultsError(f"{file}: {error}; expected the file that paradnn_fit writes") from error
    return data


def commands(*names: str) -> Html:
    """What writes the files anew, and the measurements it takes with their digests."""
    lines = [COMMAND]
    for name in names:
        lines += ["", f"# {results.RESULTS / name}", f"# {read(name)['notice']}"]
        lines += [f"#   {file}  SHA-256 {digest}" for file, digest in read(name)["data"].items()]
    where = tr(
        es="# Lee las mediciones de la carpeta TUTORIALS_DATA; --download trae las de ParaDnn si faltan.",
        en="# It reads the measurements from the folder TUTORIALS_DATA; --download fetches ParaDnn's.",
    )
    return report.folded(tr(es="la orden", en="the command"), "\n".join([*lines, "", where]))


def downloads(*names: str) -> Html:
    """A link to each file as it is in the repository."""
    return Html("".join(report.text_download(path(name).read_text(encoding="utf-8"), name) for name in names))
