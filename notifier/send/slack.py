"""Shell: Slack by incoming webhook, or by its Web API with a bot token; both through slack-sdk.

| URL | what it is |
|---|---|
| `https://hooks.slack.com/services/T…/B…/X…` or `slack://T…/B…/X…` | an incoming webhook: no threads |
| `slack://xoxb-…/#channel` | a bot: a changed story answers in its first message's thread, or updates it |

`base_url` among the settings puts a proxy or a test server in Slack's place.
"""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from slack_sdk.errors import SlackApiError
from slack_sdk.web.client import WebClient
from slack_sdk.webhook.client import WebhookClient

from dealwire.errors import DeliveryError
from dealwire.identity import digest
from notifier.decide.settings import ReceiverSettings
from notifier.render.notice import Notice
from notifier.render.slack import blocks, fallback_text
from notifier.send.http import faults_reported, retry_after_seconds, tls
from notifier.send.redact import Redactor
from notifier.send.sender import Outside, Receipt, Sender, refused

HOOKS = "https://hooks.slack.com/"
API = "https://slack.com/api/"
SECONDS_BETWEEN = 1.0
"""Slack takes about one message a second in a channel (docs.slack.dev/apis/web-api/rate-limits)."""
RETRIED_ERRORS = frozenset({
    "ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout",
    "message_limit_exceeded", "team_added_to_org",
})  # fmt: skip
THREAD_GONE_ERRORS = frozenset({"thread_not_found", "message_not_found", "cant_update_message", "edit_window_closed"})
"""Somebody deleted the message, or it is too old to be changed: its update becomes a message of its own."""

SILENT = logging.getLogger("notifier.send.slack.sdk")
"""slack-sdk logs requests with their addresses; nobody hears this one."""
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False


def build(name: str, url: str, settings: ReceiverSettings, outside: Outside) -> Sender:
    """The sender for a Slack URL; ValueError where it names neither a webhook nor a bot."""
    parts = urlsplit(url)
    if parts.scheme != "slack":
        return SlackWebhook(name, url, settings, outside)
    words = [unquote(w) for w in (parts.netloc.rpartition("@")[2], *parts.path.split("/")) if w]
    channel = f"#{unquote(parts.fragment)}" if parts.fragment else ""
    if words and words[0].startswith("xox"):
        channel = channel or "".join(words[1:2])
        if not channel:
            raise ValueError("a Slack bot's URL names a channel: slack://xoxb-…/#channel")
        return SlackBot(name, words[0], channel, settings, outside)
    if len(words) < 3:
        raise ValueError("a Slack URL is slack://T…/B…/X… (a webhook) or slack://xoxb-…/#channel (a bot)")
    return SlackWebhook(name, f"{HOOKS}services/{'/'.join(words[:3])}", settings, outside)


class ThreadGoneError(DeliveryError):
    """The message that was to be answered or changed is not there any more."""


class SlackWebhook:
    """Posts to one incoming webhook. A changed story is a short message of its own."""

    def __init__(self, name: str, url: str, settings: ReceiverSettings, outside: Outside) -> None:
        self.name = name
        self.target = "Slack webhook"
        self.channel = digest("slack-webhook", url)
        self.seconds_between = SECONDS_BETWEEN
        self._outside = outside
        self.clean = Redactor(url)
        if settings.base_url:
            url = settings.base_url.rstrip("/") + "/" + urlsplit(url).path.lstrip("/")
        self._client = WebhookClient(
            url, timeout=int(settings.timeout.total_seconds()), logger=SILENT, ssl=tls(), retry_handlers=[]
        )

    def send(self, notice: Notice) -> Receipt:
        with faults_reported(self.target, self.clean):
            answer = self._client.send(
                text=fallback_text(notice),
                blocks=blocks(notice, self._outside.templates, brief=bool(notice.earlier)),
                unfurl_links=False,
                unfurl_media=False,
            )
        if answer.status_code != 200 or answer.body.strip() != "ok":
            wait = retry_after_seconds(answer.headers, self._outside.now())
            status = answer.status_code if answer.status_code != 200 else 502  # 200 without "ok": not Slack, or cut off
            raise refused(self.target, status, self.clean(answer.body)[:200], wait)
        return {"status": "200"}


class SlackBot:
    """Posts to one channel by the Web API, and knows its messages again by their `ts`."""

    def __init__(self, name: str, token: str, channel: str, settings: ReceiverSettings, outside: Outside) -> None:
        self.name = name
        self.target = "Slack API"
        self.channel = digest("slack-bot", token, channel)
        self.seconds_between = SECONDS_BETWEEN
        self._to = channel
        self._updates = settings.updates
        self._outside = outside
        self.clean = Redactor("", [token])
        self._client = WebClient(
            token=token,
            base_url=(settings.base_url.rstrip("/") + "/") if settings.base_url else API,
            timeout=int(settings.timeout.total_seconds()),
            logger=SILENT,
            ssl=tls(),
            retry_handlers=[],
        )

    def send(self, notice: Notice) -> Receipt:
        place = self._place(notice)
        try:
            return self._post(notice, place)
        except ThreadGoneError:
            return self._post(notice, None)

    def _place(self, notice: Notice) -> Mapping[str, str] | None:
        """The receipt of the one message that told of all this before, where updates belong to their message."""
        if self._updates == "message" or len(notice.earlier) != 1:
            return None
        receipt = notice.earlier[0].receipt
        return receipt if "ts" in receipt else None

    def _post(self, notice: Notice, place: Mapping[str, str] | None) -> Receipt:
        alone = notice.form == "alert" and all(earlier.form == "alert" for earlier in notice.earlier)
        in_thread = place is not None and not (self._updates == "update" and alone)
        message: dict[str, Any] = {
            "channel": place["channel"] if place else self._to,
            "text": fallback_text(notice),
            "blocks": blocks(notice, self._outside.templates, brief=in_thread),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": "dealwire_delivery", "event_payload": {"delivery": notice.id}},
        }
        if place is None:
            return self._call("chat.postMessage", message)
        if not in_thread:
            return self._call("chat.update", {**message, "ts": place["ts"]})
        thread = place.get("thread_ts") or place["ts"]
        return {**self._call("chat.postMessage", {**message, "thread_ts": thread}), "thread_ts": thread}

    def _call(self, method: str, message: Mapping[str, Any]) -> Receipt:
        try:
            with faults_reported(self.target, self.clean):
                answer = self._client.api_call(method, json=dict(message))
        except SlackApiError as error:
            raise self._refusal(error) from None  # the error's own text holds the request
        return {"channel": str(answer.get("channel") or self._to), "ts": str(answer.get("ts") or "")}

    def _refusal(self, error: SlackApiError) -> DeliveryError:
        answer = error.response
        status = int(getattr(answer, "status_code", 0) or 0)
        headers = getattr(answer, "headers", {})
        data = getattr(answer, "data", answer)
        code = str(data.get("error", "")) if isinstance(data, dict) else ""
        wait = retry_after_seconds(headers, self._outside.now())
        if code in THREAD_GONE_ERRORS:
            return ThreadGoneError(f"{self.target} refused: {code}", permanent=True)
        if status == 200 and code and code not in RETRIED_ERRORS:
            return DeliveryError(f"{self.target} refused: {self.clean(code)}", permanent=True)
        if status == 200:
            return DeliveryError(
                f"{self.target} answered 200: {self.clean(code or 'not JSON')}", retry_after_seconds=wait
            )
        return refused(self.target, status or 502, self.clean(code), wait)
