"""Who may look and who may change: names, sign-in, tokens, forms, limits, headers."""

import json

import pytest
import web_desk

from dealwire.config import WebSettings
from dealwire.errors import UsageError
from dealwire.web.access import TOKEN_USER, Access, Tally, check_password, hash_password, is_loopback
from dealwire.web.login import destination

PASSWORD = "correct horse battery"
TOKEN = "a-token-for-programs"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with web_desk.Newsdesk(tmp_path_factory.mktemp("open"), deals=2) as desk:
        yield desk


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    """The page as other machines get it."""
    access = Access({"kim": hash_password(PASSWORD), TOKEN_USER: hash_password(TOKEN)}, required=True)
    with web_desk.Newsdesk(tmp_path_factory.mktemp("locked"), deals=1, access=access) as desk:
        yield desk


def test_every_answer_carries_the_policy_that_lets_nothing_in_from_elsewhere(desk):
    for path in ("/", "/api/v1/stories.json", "/nothing", "/static/base.css"):
        answer = web_desk.Visitor(desk).get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_elsewhere_whose_name_leads_here_gets_nothing(desk):
    assert web_desk.Visitor(desk).get("/", Host="evil.example").status == 421


def test_a_form_from_elsewhere_changes_nothing(desk):
    visitor = web_desk.Visitor(desk)
    visitor.get("/")
    assert visitor.post("/seen", {"csrf": ""}).status == 403
    assert visitor.post("/seen", {"csrf": "x" * 32}).status == 403
    assert visitor.post("/seen", {}, Sec_Fetch_Site="cross-site").status == 403
    assert visitor.post("/seen", {}).status == 303


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(desk):
    answer = web_desk.Visitor(desk).get("/")
    for cookie in answer.headers.get_all("Set-Cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite" in cookie


def test_a_stranger_is_led_to_the_sign_in_and_back_to_where_they_wanted(locked):
    visitor = web_desk.Visitor(locked)
    answer = visitor.get("/rules?x=1")
    assert (answer.status, answer.headers["Location"]) == (303, "/login?to=/rules?x%3D1")
    form = visitor.get(answer.headers["Location"])
    assert "Sign in" in form.text
    assert 'aria-label="Pages"' not in form.text
    refused = visitor.post("/login", {"user": "kim", "password": "wrong password", "to": "/rules"})
    assert refused.status == 403
    assert "the user or the password is wrong" in refused.text.lower()
    entered = visitor.post("/login", {"user": "kim", "password": PASSWORD, "to": "/rules?x=1"})
    assert (entered.status, entered.headers["Location"]) == (303, "/rules?x=1")
    assert visitor.get("/rules").status == 200
    visitor.post("/logout", {})
    assert visitor.get("/rules").status == 303


def test_a_program_comes_in_with_the_token_and_not_without(locked):
    visitor = web_desk.Visitor(locked)
    assert visitor.get("/api/v1/stories.json").status == 401
    assert visitor.get("/api/v1/stories.json", Authorization="Bearer wrong-token").status == 401
    answer = visitor.get("/api/v1/stories.json", Authorization=f"Bearer {TOKEN}")
    assert json.loads(answer.text)["items"]


def test_a_session_cannot_be_forged_and_ends():
    access = Access({"kim": hash_password(PASSWORD)}, required=True)
    cookie = access.session("kim", now=1000)
    assert access.user_of(cookie, now=2000) == "kim"
    assert access.user_of(cookie, now=1e9) == ""
    assert access.user_of(cookie[:-1] + "0", now=2000) in {"", "kim" if cookie.endswith("0") else ""}
    for forged in ("", "x", "a.b.c", "Lg==.99999999999." + "0" * 64, "é.1.x"):
        assert access.user_of(forged, now=2000) == ""
    assert Access({"kim": hash_password("another password")}).user_of(cookie, now=2000) == ""


def test_guessing_is_cut_short():
    access = Access({"kim": hash_password(PASSWORD)}, required=True)
    said = []
    for _ in range(12):
        with pytest.raises(UsageError) as refused:
            access.sign_in("kim", "guess", "203.0.113.7")
        said.append(str(refused.value))
    assert "too many tries" in said[-1]
    assert access.sign_in("kim", PASSWORD, "203.0.113.8") == "kim"


def test_guessing_tokens_is_cut_short_and_costs_no_more_hashes(monkeypatch):
    access = Access({TOKEN_USER: hash_password(TOKEN)}, required=True)
    tried = []
    monkeypatch.setattr(
        "dealwire.web.access.check_password", lambda *given: tried.append(given) or check_password(*given)
    )
    assert access.bearer(f"Bearer {TOKEN}", "203.0.113.7") == TOKEN_USER
    for number in range(9):
        assert access.bearer(f"Bearer guess-{number}", "203.0.113.7") == ""
    for _ in range(50):
        with pytest.raises(UsageError, match="too many tries"):
            access.bearer("Bearer guess", "203.0.113.7")
    assert len(tried) == 10
    assert access.bearer(f"Bearer {TOKEN}", "203.0.113.7") == TOKEN_USER
    assert access.bearer("Bearer guess", "203.0.113.8") == ""


def test_who_guesses_tokens_is_told_to_wait(tmp_path):
    access = Access({TOKEN_USER: hash_password(TOKEN)}, required=True)
    with web_desk.Newsdesk(tmp_path, deals=0, access=access) as desk:
        visitor = web_desk.Visitor(desk)
        answers = [visitor.get("/api/v1/rules.json", Authorization=f"Bearer guess-{n}") for n in range(11)]
        assert [answer.status for answer in answers] == [401] * 10 + [429]
        assert answers[-1].headers["Retry-After"] == "60"
        assert json.loads(answers[-1].text)["detail"] == "too many tries from your address; wait ten minutes"


def test_a_tally_fills_again_with_time():
    tally = Tally(2, 1.0)
    assert [tally.take("a", now=0), tally.take("a", now=0), tally.take("a", now=0), tally.take("a", now=1.5)] == [
        True, True, False, True,
    ]  # fmt: skip


def test_a_password_is_kept_as_a_salted_hash():
    one, other = hash_password(PASSWORD), hash_password(PASSWORD)
    assert one != other
    assert PASSWORD not in one
    assert check_password(PASSWORD, one)
    assert not check_password("another", one)
    assert not check_password(PASSWORD, "scrypt$broken")
    with pytest.raises(UsageError, match="at least 8 characters"):
        hash_password("short")


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "localhost"])
def test_this_machine_is_told_from_others(address):
    assert is_loopback(address)
    assert not is_loopback("192.0.2.1")


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "", "/\nx"]
)
def test_signing_in_leads_nowhere_else(to):
    assert destination(to) == "/"


def test_an_open_address_without_users_is_refused_in_the_configuration():
    with pytest.raises(ValueError, match="name users or a token"):
        WebSettings(listen="0.0.0.0:8484")
    assert WebSettings(listen="0.0.0.0:8484", token=hash_password(TOKEN)).address == ("0.0.0.0", 8484)
    with pytest.raises(ValueError, match="no hash"):
        WebSettings(users={"kim": "plain text"})


def test_what_fails_inside_is_a_page_with_a_reference_and_no_cause(desk, monkeypatch):
    monkeypatch.setattr("dealwire.store.sums.held", lambda _: 1 / 0)
    answer = web_desk.Visitor(desk).get("/system")
    assert answer.status == 500
    assert "In the log as" in answer.text
    assert "ZeroDivision" not in answer.text
