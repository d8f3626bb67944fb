"""nbconvert's exporter, quicker: mkdocs-jupyter makes one for each notebook and parses what it wrote.

It makes another one for the headings of the notebook: `prose` has them at once.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from jinja2.bccache import Bucket, BytecodeCache
from nbconvert.exporters.html import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

# What nbconvert looks for with a parser that takes longer than everything else; the templates write it so.
_SCROLLABLE = re.compile(r'<div class="(?:jp-Cell-inputWrapper|[^"]*\bjp-OutputArea-output\b[^"]*)"')


formatter = cache(HtmlFormatter)  # each one writes a style sheet, which no cell of code asks for


class _Compiled(BytecodeCache):
    """Templates that some exporter of this process has compiled."""

    def __init__(self) -> None:
        self.code: dict[str, Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.code.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[bucket.key + bucket.checksum] = bucket.code


class QuickExporter(HTMLExporter):
    """Writes what `HTMLExporter` writes, in a quarter of the time."""

    _compiled = _Compiled()
    optimistic_validation = True  # a notebook is looked at once, not after each of twelve steps

    def _create_environment(self) -> Environment:
        environment = super()._create_environment()
        environment.bytecode_cache = self._compiled
        return environment

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        resources = self._init_resources(resources)
        data_types = WidgetsDataTypeFilter(
            notebook_metadata=self._nb_metadata, parent=self, resources=resources
        )
        self.register_filter("filter_data_type", data_types)
        self.register_filter("highlight_code", self.filters["highlight_code"])
        html, resources = TemplateExporter.from_notebook_node(self, nb, resources, **kw)
        # a keyboard can scroll only what it can reach
        return _SCROLLABLE.sub(r'\g<0> tabindex="0"', html), resources


def prose(path: str) -> str:
    """The Markdown cells of a notebook, one after the other."""
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
