"""Code is coloured as Pygments colours it, whoever asks and however often."""

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import RegexLexer
from pygments.lexers import get_lexer_by_name
from pygments.lexers.python import PythonLexer

from tutorials_lib.site import highlighting

CODE = """import torch

@torch.no_grad()
def área(x, *, base=2.5e-3):
    \"\"\"Suma `x`.\"\"\"
    return f"{x.sum():.3f} m²", [b"1", r"\\d", None]  # fin
"""
OTHERS = {"console": "$ ls\n", "pycon": f">>> {CODE.splitlines()[0]}\n", "yaml": "a: [1, x]\n"}


def colored(name: str, code: str, **options) -> str:
    return highlight(code, get_lexer_by_name(name, **options), HtmlFormatter())


def test_code_is_read_once_and_coloured_as_before(monkeypatch):
    own = RegexLexer.get_tokens_unprocessed
    monkeypatch.setattr(PythonLexer, "get_tokens_unprocessed", own, raising=False)  # restored at the end
    codes = OTHERS | {"python": CODE}
    before = {name: colored(name, code) for name, code in codes.items()}
    stripped = colored("python", f"\n\n{CODE}\n", stripall=True)
    highlighting.remember_tokens()
    highlighting._tokens.cache_clear()
    for _ in range(2):
        assert {name: colored(name, code) for name, code in codes.items()} == before
        assert colored("python", f"\n\n{CODE}\n", stripall=True) == stripped
    read = highlighting._tokens.cache_info()
    assert read.hits > read.misses > 0
