"""The guarded GET against a server that misbehaves."""

import asyncio
import gzip
import socket
import zlib

import pytest
import zstandard
from aiohttp import web

from connectors import fetch
from connectors.addresses import refusal
from connectors.compression import TooLargeError, decompress
from connectors.fetch import Fetcher, RefusedAddressError, refuse_or_make, shown
from connectors.source import UnavailableError


def zipped(raw):
    """The same bytes whenever it is asked: they name a test."""
    return gzip.compress(raw, mtime=0)


def failing(play, scene, match, **limits):
    with pytest.raises(UnavailableError, match=match):
        play(scene, **limits)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("127.0.0.1", "loopback"),
        ("127.8.9.10", "loopback"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::127.0.0.1", "loopback"),
        ("64:ff9b::7f00:1", "loopback"),
        ("64:ff9b:1::a00:1", "private"),
        ("2002:7f00:1::", "loopback"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "shared (carrier NAT)"),
        ("169.254.169.254", "cloud metadata"),
        ("169.254.1.1", "link-local"),
        ("fd00:ec2::254", "cloud metadata"),
        ("fd12:3456::1", "private"),
        ("fe80::1%eth0", "link-local"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.250", "multicast"),
        ("ff02::1", "multicast"),
        ("0.0.0.0", "unspecified"),
        ("::", "unspecified"),
        ("255.255.255.255", "reserved"),
        ("198.18.0.1", "benchmarking"),
        ("not-an-address", "not an address"),
        ("93.184.215.14", ""),
        ("172.32.0.1", ""),
        ("100.128.0.1", ""),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", ""),
        ("64:ff9b::5db8:d70e", ""),
    ],
)
def test_an_address_is_refused_by_its_kind(address, why):
    assert refusal(address) == why


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "localhost", "[::1]"])
def test_no_spelling_of_this_machine_is_connected_to(host, play):
    async def scene(site, fetcher):
        await fetcher.get(site.url.replace("127.0.0.1", host))

    failing(play, scene, r"refused to connect to loopback address|not a canonical ipv4 address")


def test_nothing_reaches_the_server_of_a_refused_address(play):
    async def scene(site, fetcher):
        with pytest.raises(UnavailableError, match="allow_private: true"):
            await fetcher.get(site.url)
        assert site.asked == []

    play(scene)


def test_the_address_is_checked_when_the_socket_is_made_so_that_rebinding_gains_nothing(monkeypatch, play):
    """A name that answers with a public address at one look-up and with ours at the next."""
    real = socket.getaddrinfo

    def rebound(host, port, *args, **kwargs):
        return real("127.0.0.1" if host == "feeds.example" else host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)

    async def scene(site, fetcher):
        with pytest.raises(UnavailableError, match=r"refused to connect to loopback address 127\.0\.0\.1"):
            await fetcher.get(site.url.replace("127.0.0.1", "feeds.example"))
        assert site.asked == []

    play(scene)


def test_a_redirect_to_a_private_address_is_refused(monkeypatch, play):
    """The first host is let through as a public one would be; the second is one of ours."""
    monkeypatch.setattr(fetch, "refusal", lambda address: "" if address == "127.0.0.1" else refusal(address))

    async def scene(site, fetcher):
        async def elsewhere(_request):
            raise web.HTTPFound("http://169.254.169.254/latest/meta-data/")

        site.on("/feed", elsewhere)
        await fetcher.get(f"{site.url}/feed")

    failing(play, scene, "refused to connect to cloud metadata address")


def test_the_guard_raises_before_it_makes_a_socket():
    with pytest.raises(RefusedAddressError, match=r"private address 10.0.0.1"):
        refuse_or_make((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("10.0.0.1", 80)))


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://example.com", "ftp://example.com/feed", "/feed", "http://"]
)
def test_only_http_is_fetched(url, play):
    async def scene(_site, fetcher):
        await fetcher.get(url)

    failing(play, scene, r"only http and https|names no host")


def test_a_redirect_to_a_file_is_refused(play):
    async def scene(site, fetcher):
        async def away(_request):
            return web.Response(status=302, headers={"Location": "file:///etc/passwd"})

        site.on("/feed", away)
        await fetcher.get(f"{site.url}/feed", allow_private=True)

    failing(play, scene, "only http and https")


def test_redirects_end(play):
    async def scene(site, fetcher):
        async def again(request):
            return web.Response(status=302, headers={"Location": request.path})

        site.on("/feed", again)
        with pytest.raises(UnavailableError, match="more than 3 redirects"):
            await fetcher.get(f"{site.url}/feed", allow_private=True)
        assert len(site.asked) == 4

    play(scene, redirects_max=3)


def test_a_permanent_redirect_is_told_from_a_passing_one(play):
    async def scene(site, fetcher):
        for status, path in ((301, "/for-good"), (302, "/for-now")):

            async def send_on(_request, status=status):
                return web.Response(status=status, headers={"Location": "/feed"})

            site.on(path, send_on)
        site.says("/feed", "here")
        moved = await fetcher.get(f"{site.url}/for-good", allow_private=True)
        passing = await fetcher.get(f"{site.url}/for-now", allow_private=True)
        assert (moved.body, moved.moved_to) == (b"here", f"{site.url}/feed")
        assert (passing.body, passing.moved_to) == (b"here", "")

    play(scene)


def test_a_token_is_not_told_to_the_host_we_are_sent_on_to(play):
    async def scene(site, fetcher):
        other = site.url.replace("127.0.0.1", "localhost")

        async def away(_request):
            return web.Response(status=302, headers={"Location": f"{other}/feed"})

        site.on("/start", away)
        site.says("/feed", "here")
        asking = {"Authorization": "Bearer secret", "If-None-Match": '"1"'}
        await fetcher.get(f"{site.url}/start", asking, allow_private=True)
        first, second = site.asked
        assert first.headers["Authorization"] == "Bearer secret"
        assert "Authorization" not in second.headers
        assert second.headers["If-None-Match"] == '"1"'

    play(scene)


def test_a_body_over_the_limit_is_refused_by_its_announcement_and_by_its_bytes(play):
    async def scene(site, fetcher):
        site.says("/announced", b"x" * 2000)

        async def trickle(request):
            response = web.StreamResponse()
            await response.prepare(request)
            for _ in range(30):
                await response.write(b"x" * 100)
            return response

        site.on("/chunked", trickle)
        with pytest.raises(UnavailableError, match="2,000 bytes announced, more than 1,000"):
            await fetcher.get(f"{site.url}/announced", allow_private=True)
        with pytest.raises(UnavailableError, match="more than 1,000 bytes"):
            await fetcher.get(f"{site.url}/chunked", allow_private=True)

    play(scene, body_bytes_max=1000)


def test_a_server_that_drips_or_hangs_is_left_in_time(play):
    async def scene(site, fetcher):
        async def drip(request):
            response = web.StreamResponse()
            await response.prepare(request)
            while True:
                await response.write(b"<")
                await asyncio.sleep(0.02)

        site.on("/drip", drip)
        await fetcher.get(f"{site.url}/drip", allow_private=True)

    failing(play, scene, "no full answer in 0.2 s", visit_seconds_max=0.2)


def test_a_server_that_says_nothing_is_left_before_one_that_drips(play):
    async def scene(site, fetcher):
        async def mute(request):
            await asyncio.Event().wait()

        site.on("/feed", mute)
        await fetcher.get(f"{site.url}/feed", allow_private=True)

    failing(play, scene, "nothing came for 0.1 s", silence_seconds_max=0.1)


def test_a_server_that_hangs_up_is_one_line(play):
    async def scene(site, fetcher):
        async def hang_up(request):
            request.transport.close()
            return web.Response()

        site.on("/feed", hang_up)
        with pytest.raises(UnavailableError) as caught:
            await fetcher.get(f"{site.url}/feed", allow_private=True)
        assert "\n" not in str(caught.value)
        assert "server disconnected" in str(caught.value)

    play(scene)


def test_a_port_where_nobody_listens_is_one_line(play):
    async def scene(_site, fetcher):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        await fetcher.get(f"http://127.0.0.1:{port}/feed?token=secret", allow_private=True)

    failing(play, scene, r"^http://127\.0\.0\.1:\d+/feed: cannot connect")


@pytest.mark.parametrize("headers", [{"X-Long": "y" * 20_000}, {f"X-{n}": "y" for n in range(500)}])
def test_headers_have_a_limit(headers, play):
    async def scene(site, fetcher):
        site.says("/feed", "here", **headers)
        await fetcher.get(f"{site.url}/feed", allow_private=True)

    failing(play, scene, r"/feed: .+")


def test_headers_that_are_no_http_are_one_line(play):
    async def scene(_site, fetcher):
        async def babble(reader, writer):
            await reader.readline()
            writer.write(b"220 mail.example ESMTP\r\n\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(babble, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            await fetcher.get(f"http://127.0.0.1:{port}/feed", allow_private=True)

    failing(play, scene, r"/feed: .+")


SMALL = b"a fine feed" * 10


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", zipped(SMALL)),
        ("x-gzip", zipped(SMALL)),
        ("gzip", zipped(SMALL[:50]) + zipped(SMALL[50:])),
        ("gzip", zipped(SMALL) + b"\0\0padding"),
        ("deflate", zlib.compress(SMALL)),
        ("deflate", zlib.compress(SMALL)[2:-4]),
        ("zstd", zstandard.compress(SMALL)),
        ("gzip, zstd", zstandard.compress(zipped(SMALL))),
        ("identity", SMALL),
        ("", SMALL),
        ("", zipped(SMALL)),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_what_servers_compress_is_opened(encoding, packed):
    assert decompress(packed, encoding, 1000) == SMALL


BOMB = b"\0" * 5_000_000


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", zipped(BOMB)),
        ("deflate", zlib.compress(BOMB)),
        ("zstd", zstandard.compress(BOMB)),
        ("gzip, gzip", zipped(zipped(BOMB))),
        ("gzip", zipped(BOMB[:600_000]) * 2),
        ("", zipped(BOMB)),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_a_bomb_is_left_at_the_limit(encoding, packed):
    with pytest.raises(TooLargeError, match="1,000,000 bytes after decompression"):
        decompress(packed, encoding, 1_000_000)


@pytest.mark.parametrize(
    ("encoding", "packed", "why"),
    [
        ("gzip", b"not gzip at all", "broken compression"),
        ("deflate", b"\x78\x9cnot deflate", "broken compression"),
        ("zstd", b"not zstd at all", "broken compression"),
        ("br", b"anything", "unknown content encoding 'br'"),
        ("gzip, gzip, gzip", b"anything", "compressed 3 times over"),
    ],
)
def test_what_cannot_be_opened_says_why(encoding, packed, why):
    with pytest.raises(ValueError, match=why):
        decompress(packed, encoding, 1000)


def test_a_bomb_over_http_is_one_line_and_in_the_body_of_a_redirect_it_is_not_even_read(play):
    async def scene(site, fetcher):
        site.says("/bomb", zipped(BOMB), Content_Encoding="gzip")
        site.says("/moved", zipped(BOMB), status=302, Content_Encoding="gzip", Location="/feed")
        site.says("/feed", "here")
        with pytest.raises(UnavailableError, match="after decompression"):
            await fetcher.get(f"{site.url}/bomb", allow_private=True)
        assert (await fetcher.get(f"{site.url}/moved", allow_private=True)).body == b"here"

    play(scene, body_bytes_max=100_000)


def test_a_shown_address_holds_no_secret():
    assert shown("https://user:password@example.com:8443/feed?token=secret#x") == "https://example.com:8443/feed"


def test_a_user_agent_and_a_closed_fetcher(play):
    async def scene(site, _fetcher):
        site.says("/", "here")
        async with Fetcher(user_agent="desk@example.com") as named:
            await named.get(site.url, allow_private=True)
        assert site.asked[0].headers["User-Agent"] == "desk@example.com"

    play(scene)
