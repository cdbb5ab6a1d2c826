"""What programs read: each list in three forms, page by page, as its own description says."""

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import web_desk

from dealwire.web.api import LISTS
from dealwire.web.openapi import describe

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def reader(desk):
    return web_desk.Visitor(desk)


def read(reader, path, **headers):
    answer = reader.get(path, Accept="application/json", **headers)
    return answer, json.loads(answer.text)


def checked(described, schema, value):
    """Validate against a schema of the description."""
    jsonschema.Draft202012Validator({**schema, "components": described["components"]}).validate(value)


def test_every_route_of_the_api_is_described_and_nothing_else(desk, reader):
    _, described = read(reader, "/api/v1/openapi.json")
    routes = set()
    for resource in desk.served.runner.app.router.resources():
        path = resource.canonical
        if path.startswith("/api/"):
            pattern = getattr(resource.get_info().get("pattern"), "pattern", "")
            forms = re.search(r"\?P<form>([a-z|]+)\)", pattern)
            routes |= {path.replace("{form}", form) for form in forms[1].split("|")} if forms else {path}
    assert routes == set(described["paths"])


@pytest.mark.parametrize("name", [*LISTS, "figures"])
def test_each_list_is_as_it_is_described(reader, name):
    _, described = read(reader, "/api/v1/openapi.json")
    _, found = read(reader, f"/api/v1/{name}.json")
    answer = described["paths"][f"/api/v1/{name}.json"]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    checked(described, schema, found)
    for row in found["items"]:
        assert set(row) == set(schema["properties"]["items"]["items"]["properties"])
    if name in {"stories", "companies", "alerts", "rules", "deliveries", "figures"}:
        assert found["items"]


def test_one_story_is_as_it_is_described(reader):
    _, described = read(reader, "/api/v1/openapi.json")
    _, stories = read(reader, "/api/v1/stories.json")
    for story in stories["items"]:
        _, whole = read(reader, f"/api/v1/stories/{story['id']}.json")
        answer = described["paths"]["/api/v1/stories/{id}.json"]["get"]["responses"]["200"]
        checked(described, answer["content"]["application/json"]["schema"], whole)
        assert whole["story"]["id"] == story["id"]


def test_every_path_that_is_described_answers_in_its_form_and_as_its_schema_says(reader):
    _, described = read(reader, "/api/v1/openapi.json")
    _, stories = read(reader, "/api/v1/stories.json")
    called = set()
    for path, verbs in described["paths"].items():
        ((media, held),) = verbs["get"]["responses"]["200"]["content"].items()
        if media == "text/event-stream":  # it does not end: see test_web_live
            continue
        answer = reader.get(path.replace("{id}", stories["items"][0]["id"]), Accept="application/json")
        assert (answer.status, answer.headers.get_content_type()) == (200, media), path
        checked(described, held["schema"], json.loads(answer.text) if media == "application/json" else answer.text)
        if media.endswith("atom+xml"):
            assert ET.fromstring(answer.text).tag == f"{ATOM}feed", path
        if media == "text/csv":
            assert len({len(row) for row in csv.reader(io.StringIO(answer.text))}) <= 1, path
        called.add(path)
    assert called == described["paths"].keys() - {"/api/v1/events"}


def test_figures_and_the_versions_of_a_story_are_the_same_in_each_form(reader):
    _, stories = read(reader, "/api/v1/stories.json")
    many = max(stories["items"], key=lambda story: story["version"])
    for path in ("/api/v1/figures", f"/api/v1/stories/{many['id']}"):
        table = list(csv.DictReader(io.StringIO(reader.get(f"{path}.csv").text)))
        entries = list(ET.fromstring(reader.get(f"{path}.atom").text).iter(f"{ATOM}entry"))
        assert [row["title"] for row in table] == [entry.findtext(f"{ATOM}title") for entry in entries]
        assert table
    _, whole = read(reader, f"/api/v1/stories/{many['id']}.json")
    assert [int(row["version"]) for row in table] == [v["number"] for v in whole["story"]["versions"]][::-1]


def test_a_list_is_the_same_in_each_form(reader):
    _, found = read(reader, "/api/v1/stories.json?limit=5")
    table = list(csv.DictReader(io.StringIO(reader.get("/api/v1/stories.csv?limit=5").text)))
    feed = ET.fromstring(reader.get("/api/v1/stories.atom?limit=5").text)
    ids = [story["id"] for story in found["items"]]
    assert len(ids) == 5
    assert [row["id"] for row in table] == ids
    assert [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")] == [
        f"urn:dealwire:stories:{story}" for story in ids
    ]


def test_pages_of_a_list_together_are_the_whole(reader):
    _, whole = read(reader, "/api/v1/stories.json?limit=500")
    cursor, ids = "", []
    while cursor is not None:
        answer, part = read(reader, f"/api/v1/stories.json?limit=3&cursor={cursor}")
        assert ("Link" in answer.headers) == (part["next"] is not None)
        ids += [story["id"] for story in part["items"]]
        cursor = part["next"]
    assert ids == [story["id"] for story in whole["items"]]
    assert len(ids) == len(set(ids)) > 6


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ("category=mna", lambda story: story["category"] == "mna"),
        ("min_usd=100000000", lambda story: (story["usd"] or 0) >= 100_000_000),
        ("confidence=0.95", lambda story: story["confidence"] >= 0.95),
        ("rule=rounds", lambda story: "rounds" in story["rules"]),
    ],
)
def test_a_filter_keeps_what_it_says_and_all_of_that(reader, asked, holds):
    _, whole = read(reader, "/api/v1/stories.json?limit=500")
    _, found = read(reader, f"/api/v1/stories.json?limit=500&{asked}")
    wanted = [story["id"] for story in whole["items"] if holds(story)]
    assert [story["id"] for story in found["items"]] == wanted
    assert 0 < len(wanted) < len(whole["items"])


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("stories.json?category=rumours", 422, "unknown 'rumours'"),
        ("stories.json?since=soon", 422, "ISO 8601"),
        ("stories.json?cursor=x_y", 422, "start from the first"),
        ("deliveries.json?state=lost", 422, "one of pending"),
        ("stories/nosuchstory.json", 404, "there is no story"),
        ("prices.json", 404, "there is nothing here"),
    ],
)
def test_what_cannot_be_answered_is_a_problem_that_says_why(reader, path, status, said):
    answer, problem = read(reader, f"/api/v1/{path}")
    assert answer.status == problem["status"] == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert said in problem["detail"]
    checked(describe(tuple(LISTS)), {"$ref": "#/components/schemas/Problem"}, problem)
