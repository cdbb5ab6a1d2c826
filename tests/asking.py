"""One question to a server on this machine."""

import urllib.error
import urllib.request


def ask(port, path):
    """The status and the body of an answer; OSError where nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()
