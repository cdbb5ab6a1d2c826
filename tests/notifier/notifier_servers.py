"""Servers that stand in for Slack, a webhook's owner and a mail provider, on loopback, with faults as data."""

import asyncio
import json
import socket
import struct
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


@dataclass(frozen=True)
class Answer:
    """What the server does with one request."""

    status: int = 200
    body: bytes = b"ok"
    headers: dict = field(default_factory=dict)
    fault: str = ""
    """`reset`, `half` of the reply, or `hang` until the server closes."""


OK = Answer()
HANG_SECONDS = 1.5
"""Longer than the tests' senders wait."""


class HttpServer:
    """Gives the scripted answers in order, then `usual`; keeps every request."""

    def __init__(self, usual=OK):
        self.reset(usual)
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def reset(self, usual=OK):
        """As if nothing had come yet."""
        self.usual = usual
        self.script = []
        self.requests = []
        self.answers = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def bodies(self):
        return [json.loads(body) for _, _, body in self.requests]

    def close(self):
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(outer):  # noqa: N805 - the handler's own self is inside
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.requests.append((self.path, dict(self.headers), body))
                answer = outer.script.pop(0) if outer.script else outer.usual
                outer.answers.append(answer)
                if answer.fault == "hang":
                    outer.closing.wait(20)
                    return
                if answer.fault == "reset":
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    self.connection.close()
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body[: len(answer.body) // 2] if answer.fault == "half" else answer.body)

            def log_message(self, *args):
                pass

            def handle(self):
                try:
                    super().handle()
                except OSError:
                    self.close_connection = True

            def finish(self):
                try:
                    super().finish()
                except (OSError, ValueError):
                    self.close_connection = True

        return Handler


class MailHandler:
    """Takes mail after the faults it was scripted with: an SMTP answer, `drop` the connection, or `hang`."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.script = []
        self.refused_recipients = {}
        self.messages = []
        self.tries = 0

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802 - aiosmtpd calls it so
        if address in self.refused_recipients:
            return self.refused_recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd calls it so
        self.tries += 1
        fault = self.script.pop(0) if self.script else ""
        if fault == "hang":
            await asyncio.sleep(HANG_SECONDS)
        if fault in {"drop", "hang"}:
            server.transport.abort()
            return "421 gone"
        if fault:
            return fault
        self.messages.append(envelope)
        return "250 taken"


def _welcome(*_: object) -> AuthResult:
    return AuthResult(success=True)


class MailServer:
    """A real SMTP server on loopback, at which everybody may log in."""

    def __init__(self, **options):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.handler = MailHandler()
        login = {"authenticator": _welcome, "auth_require_tls": False}
        self._controller = Controller(self.handler, hostname="127.0.0.1", port=self.port, **login | options)
        self._controller.start()

    @property
    def contents(self):
        return [envelope.content.decode() for envelope in self.handler.messages]

    def reset(self):
        """As if nothing had come yet."""
        self.handler.reset()

    def close(self):
        self._controller.stop()
