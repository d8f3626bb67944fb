"""What tests of several modules stand on: a server of this machine in place of the network."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest


@pytest.fixture
def server(tmp_path):
    """A folder, and the address where a local server hands its files out."""
    folder = tmp_path / "server"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def send_header(self, keyword, value):
            if keyword == "Content-Length" and "cut_off" in self.path:
                value = str(2 * int(value))  # announces more than will come, as where a line breaks
            super().send_header(keyword, value)

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
