"""Shell: the pages that people look at. `add_pages` puts them on an application; start reading there.

frame, rendering, wording     what stands around a page; templates; how values are said
desk                          what pages ask of the process that serves them
cards, dossier, today, market core: stories, filters and figures as values for templates
stories, story, companies, …  one module for each page
"""

from aiohttp import web

from dealwire.web.pages import (
    assets,
    companies,
    deliveries,
    editor,
    feeds,
    figures,
    rules,
    stories,
    story,
    system,
)


def add_pages(app: web.Application) -> None:
    """Put every page on the application, which holds a Desk and an Editing."""
    app.router.add_routes(
        [
            web.get("/", stories.today),
            web.post("/seen", stories.mark_seen),
            web.get("/stories/rows", stories.rows),
            web.get("/stories/{id}", story.show),
            web.post("/stories/{id}/{verb}", story.act),
            web.get("/figures", figures.show),
            web.get("/companies", companies.listed),
            web.get("/companies/{key}", companies.show),
            web.get("/rules", rules.listed),
            web.get("/rules/edit", editor.show),
            web.post("/rules/edit", editor.press),
            web.get("/rules/{id}", rules.show),
            web.get("/feeds", feeds.listed),
            web.post("/feeds/add", feeds.add),
            web.post("/feeds/import", feeds.bring),
            web.get("/deliveries", deliveries.show),
            web.post("/deliveries/{id}", deliveries.act),
            web.get("/system", system.show),
            web.post("/system/dead-letters/{id}", system.act),
            web.get("/static/{name}", assets.serve),
        ]
    )
