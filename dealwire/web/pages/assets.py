"""Shell: our own style sheet and scripts, kept by browsers for good under an address that changes with them."""

from aiohttp import web

from dealwire.web.pages.rendering import static_files

FOR_GOOD = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=300"


async def serve(request: web.Request) -> web.Response:
    """One file of dealwire/web/static."""
    found = static_files().get(request.match_info["name"])
    if found is None:
        raise web.HTTPNotFound(text="there is no such file")
    body, kind, version = found
    fresh = FOR_GOOD if request.query.get("v") == version else BRIEFLY
    return web.Response(
        body=body, content_type=kind, charset="utf-8", headers={"Cache-Control": fresh, "ETag": f'"{version}"'}
    )
