"""Core: what looks like a deal and is none: share prices, earnings, buybacks, sport, property, charity, opinion."""

import re

I = re.IGNORECASE
TAIL = re.compile(
    r"\s*\((?:[^()]*/[^()]*|Bloomberg|Reuters|CNBC|TechCrunch|Axios|Forbes|Fortune|Wired|The Verge|Engadget|Wall Street Journal|New York Times|Financial Times|The Information|Nikkei Asia|Techmeme|[\w .&'’-]{2,30})\)\s*$"
)
OUTLET_TAIL = re.compile(
    r"\s+[|–—-]\s+(?:TechCrunch|Reuters|Bloomberg|VentureBeat|Tech\.eu|The Verge|CNBC|Sifted|EU-Startups|WSJ|Ars Technica|SiliconANGLE|Crunchbase News|Forbes|The Register|Wired)\s*$"
)
RULE_OUTS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("share_price", "title", re.compile(r"\b(?:shares|stock|stocks)\s+(?:jump|fall|rise|soar|slump|drop|surge|slide|plunge|climb|gain|sink|rally|tumble|dip|slip|pop)s?\b(?!.*\b(?:raises|acquires|to buy|IPO)\b)|\b(?:FTSE|S&P 500|Dow|Nasdaq composite|Wall St(?:reet)?)\b.*\b(?:falls|rises|ends|closes|opens|gains|slips)\b", I)),
    ("earnings", "title", re.compile(r"\b(?:quarterly|Q[1-4]|first-quarter|second-quarter|third-quarter|fourth-quarter|full-year|annual)\s+(?:profit|results|earnings|revenue|loss|sales)\b|\bearnings\s+(?:beat|miss|call|preview|report)\b|\b(?:profit|revenue)\s+(?:beats|misses|rises|falls|jumps|warning)\b", I)),
    ("buyback", "any", re.compile(r"\b(?:share|stock)\s+(?:buy-?back|repurchase)s?\b|\bbuy\s?backs?\b|\bbuyback\s+program", I)),
    ("property", "title", re.compile(r"\b(?:house|home|homes|mansion|flat|apartment|estate|property|condo|land|hotel|skyscraper|penthouse|first-time)\s+(?:buyers?|sells?|sold|sale|prices|market)\b", I)),
    ("sport", "title", re.compile(r"\b(?:Premier League|striker|midfielder|defender|transfer\s+window|transfer\s+fee|FIFA|NFL|NBA|MLB|Chelsea|Arsenal|Tottenham|Man(?:chester)?\s+United|Liverpool|Barcelona|quarterback|playoffs?|World Cup|goalkeeper)\b")),
    ("charity", "any", re.compile(r"\b(?:charity|charities|nonprofit\s+fundrais|GoFundMe|election\s+fund|campaign\s+donations|donors?|re-election|presidential\s+campaign|telethon|donat(?:es?|ed|ions?)|gala|PAC\b|super\s+PAC|political)\b", I)),
    ("how_to", "title", re.compile(r"^\W*(?:how to|why|what|opinion|should you|is it|are you|here's (?:how|why|what)|the best|best|review|hands[- ]on|watch|podcast|ask hn|show hn|tell hn|a guide|guide to|q&a|q&a:|interview|explainer|a look at|a profile|profile|analysis|inside|everything you need|\d+ (?:best|ways|things|reasons))\b", I)),
    ("question", "title", re.compile(r"\?\W*$")),
    ("prices", "title", re.compile(r"\b(?:raises?|hikes?|raised)\s+(?:its\s+|the\s+|their\s+)?(?:\w+\s+){0,3}(?:prices?|rates?|forecast|guidance|outlook|dividend|concerns?|alarm|fears|questions|stakes|bar|eyebrows|tariffs?|minimum|wages?|fees|limits?|target)\b", I)),
    ("lawsuit", "title", re.compile(r"\b(?:lawsuit|sues?|sued|court|jury|trial|settle(?:s|ment)|fined?|fraud|judge|indicted|charged)\b", I)),
    ("layoffs", "title", re.compile(r"\b(?:lay-?offs?|job\s+cuts|cuts\s+\d+\s+jobs|cutting\s+jobs|lays\s+off)\b", I)),
    ("open_source", "title", re.compile(r"\b(?:github|open[- ]source|library|framework|python|rust|npm|api|sdk|plugin|cli|paper|arxiv)\b", I)),
)  # fmt: skip


def title_end(title: str) -> int:
    """Where the headline ends and its byline begins: "… (Ina Fried/Axios)", "… | TechCrunch"."""
    end = len(title)
    for tail in (TAIL, OUTLET_TAIL):
        found = tail.search(title, 0, end)
        if found and found.start() > 10:
            end = found.start()
    return end


def look(title: str, text: str) -> tuple[str, ...]:
    """The names of the rule-outs that the title or the text brings up."""
    return tuple(name for name, where, cue in RULE_OUTS if cue.search(title if where == "title" else text))
