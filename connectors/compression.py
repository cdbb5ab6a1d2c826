"""Core: bodies decompressed within a limit, so that a small bomb stays small."""

import io
import zlib

import zstandard

ACCEPTED = "gzip, deflate, zstd"
"""What we ask servers for. Brotli is left out: it would need another library, and feeds gain little from it."""

ZSTD_WINDOW_BYTES_MAX = 8 * 1024 * 1024
"""What RFC 9659 requires of HTTP; a frame may ask for more memory than its content."""
LAYERS_MAX = 2
GZIP_MAGIC = b"\x1f\x8b\x08"


class TooLargeError(Exception):
    """A body is larger than its limit."""


def decompress(raw: bytes, encoding: str, limit: int) -> bytes:
    """The body behind `Content-Encoding`, at most `limit` bytes of it; ValueError where it is broken.

    A gzip file served without saying so is opened too.
    """
    layers = [name.strip().lower() for name in encoding.split(",") if name.strip()]
    layers = [name for name in layers if name != "identity"]
    if len(layers) > LAYERS_MAX:
        raise ValueError(f"compressed {len(layers)} times over")
    body = raw
    for name in reversed(layers):
        body = _open(body, name, limit) if body else body
    if not layers and body.startswith(GZIP_MAGIC):
        body = _inflate(body, zlib.MAX_WBITS | 16, limit)
    return body


def _open(raw: bytes, name: str, limit: int) -> bytes:
    match name:
        case "gzip" | "x-gzip":
            return _inflate(raw, zlib.MAX_WBITS | 16, limit)
        case "deflate":
            zlib_header = raw[0] & 0x0F == 8 and int.from_bytes(raw[:2], "big") % 31 == 0
            return _inflate(raw, zlib.MAX_WBITS if zlib_header else -zlib.MAX_WBITS, limit)
        case "zstd":
            return _unpack_zstd(raw, limit)
    raise ValueError(f"unknown content encoding {name[:20]!r}")


def _inflate(raw: bytes, window_bits: int, limit: int) -> bytes:
    parts: list[bytes] = []
    size, rest = 0, raw
    while rest:
        inflater = zlib.decompressobj(window_bits)
        try:
            part = inflater.decompress(rest, limit + 1 - size)
        except zlib.error as error:
            if parts:  # bytes behind the last member are padding
                break
            raise ValueError(f"broken compression: {error}") from error
        parts.append(part)
        size += len(part)
        if size > limit:
            raise TooLargeError(f"more than {limit:,} bytes after decompression")
        if not inflater.eof and not part:
            break
        rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
        if not inflater.eof:
            break
    return b"".join(parts)


def _unpack_zstd(raw: bytes, limit: int) -> bytes:
    opener = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW_BYTES_MAX)
    try:
        with opener.stream_reader(io.BytesIO(raw), read_across_frames=True) as reader:
            body = reader.read(limit + 1)
    except zstandard.ZstdError as error:
        raise ValueError(f"broken compression: {error}") from error
    if len(body) > limit:
        raise TooLargeError(f"more than {limit:,} bytes after decompression")
    return body
