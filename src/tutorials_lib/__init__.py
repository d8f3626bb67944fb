"""What the notes share: `tr` for words in several languages, and small modules of reference code."""

from tutorials_lib.i18n import tr

__all__ = ["tr"]
