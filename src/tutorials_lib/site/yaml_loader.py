"""The loader of all YAML here: safe, with the line of every key, and libyaml's where PyYAML has it."""

from __future__ import annotations

import yaml

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast
