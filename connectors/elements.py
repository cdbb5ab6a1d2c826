"""Core: what the elements of feeds are to a reader: which speak of an article, and which are silent of it.

feedparser (connectors.loose) has a handler for each element that it gives a meaning, found by a prefix that it knows
for the namespace and the name within; one without a handler changes nothing that we ask it for. The quick reader
(connectors.strict) goes by the same names, so that both understand one document alike.
"""

from feedparser.mixin import _FeedParserMixin

ATOM = "http://www.w3.org/2005/Atom"
ATOM_03 = "http://purl.org/atom/ns#"
RSS_1 = "http://purl.org/rss/1.0/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML = "http://www.w3.org/XML/1998/namespace"
ATOM_NAMESPACES = frozenset({ATOM, ATOM_03})
RSS_NAMESPACES = frozenset({"", RSS_1})

PREFIXES = {uri.lower(): prefix.lower() for uri, prefix in _FeedParserMixin.namespaces.items()}

HANDLED = frozenset(
    name.lower().removeprefix(start)
    for name in dir(_FeedParserMixin)
    for start in ("_start_", "_end_")
    if name.startswith(start)
)
OUTCOMES = frozenset({"summary_detail", "title_detail", "feedburner_origlink"})
"""Fields that we read of feedparser's results, as which an element without a handler could pass."""

SILENT = frozenset({
    "author", "category", "cloud", "contributor", "copyright", "email", "enclosure", "generator", "homepage", "info",
    "keywords", "language", "managingeditor", "rights", "subtitle", "tagline", "tags", "uri", "webmaster", "where",
    "georssgeom",
    "dc_author", "dc_contributor", "dc_creator", "dc_language", "dc_publisher", "dc_rights", "dc_subject",
    "dcterms_valid",
    "itunes_author", "itunes_block", "itunes_category", "itunes_email", "itunes_explicit", "itunes_image",
    "itunes_keywords", "itunes_link", "itunes_name", "itunes_owner", "itunes_subtitle",
    "media_category", "media_credit", "media_keywords", "media_license", "media_player", "media_rating",
    "media_restriction", "media_thumbnail", "feedburner_browserfriendly",
})  # fmt: skip
SILENT_FAMILIES = ("georss_", "gml_", "psc_", "cc_", "creativecommons_", "xml_")
"""Elements with a handler that say nothing of an article's words, link or dates."""

CONTAINERS = frozenset({"channel", "skiphours", "skipdays", "media_group", "media_content"})
"""Elements that are as if they were not there: what is in them counts."""

SAME_AS = {"issued": "published", "modified": "updated", "fullitem": "content_encoded"}

IN_ATOM_ENTRY = frozenset({"id", "title", "summary", "content", "published", "updated", "created"})
IN_ATOM_FEED = frozenset({"id", "title", "updated", "published", "created"})
IN_RSS_ITEM = frozenset({
    "title", "link", "description", "guid", "pubdate", "source", "content_encoded", "dc_date", "dc_title",
})  # fmt: skip
IN_RSS_CHANNEL = frozenset({
    "title", "link", "description", "language", "dc_language", "ttl", "hour", "day", "pubdate", "lastbuilddate",
    "content_encoded", "itunes_summary",
})  # fmt: skip
IN_ANY_ITEM = frozenset({"itunes_summary", "feedburner_origlink", "media_title", "media_description"})


def prefix_of(namespace: str, written: str) -> str:
    """The prefix by which feedparser knows the namespace, else the one `written` in the document."""
    lower = namespace.lower()
    if "backend.userland.com/rss" in lower:
        return ""
    return PREFIXES.get(lower, written.lower())


def is_silent(name: str) -> bool:
    """Whether an element of this name, its prefix included, says nothing of an article.

    >>> is_silent("itunes_owner"), is_silent("slash_comments"), is_silent("media_title")
    (True, True, False)
    """
    if name in HANDLED:
        return name in SILENT or name.startswith(SILENT_FAMILIES)
    return name not in OUTCOMES
