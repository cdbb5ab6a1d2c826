"""Rules on the page: the mistakes of `dealwire check`, a trial on the archive, a save that loses nothing."""

from urllib.parse import quote

import pytest
import web_desk

from dealwire.errors import UsageError
from dealwire.web.pages.rules_file import ChangedMeanwhileError, as_written, read_file, save

BEFORE = "# kept\nversion: 1\nrules: []\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with web_desk.Newsdesk(tmp_path_factory.mktemp("editor"), deals=10) as desk:
        yield desk


@pytest.fixture
def editor(desk):
    """The editor's form: its address, its text and version; the file is as it was afterwards."""
    before = desk.rules_file.read_bytes()
    visitor = web_desk.Visitor(desk)
    path = f"/rules/edit?file={quote(str(desk.rules_file))}"

    def press(do, text, **more):
        version = read_file(desk.rules_file, editable=True).version
        return visitor.post(path, {"do": do, "text": text, "version": version} | more)

    visitor.get(path)
    yield press
    desk.rules_file.write_bytes(before)


def test_a_mistake_is_told_with_line_and_column_and_nothing_is_saved(desk, editor):
    text = desk.rules_file.read_text()
    answer = editor("save", text.replace("category: funding", "categroy: funding", 1))
    assert answer.status == 422
    assert "unknown field &#39;categroy&#39;" in answer.text
    assert "did you mean &#39;category&#39;?" in answer.text
    assert f"{desk.rules_file}:" in answer.text
    assert desk.rules_file.read_text() == text


def test_a_sound_text_is_saved_with_its_comments(desk, editor):
    text = "# a comment of ours\n" + desk.rules_file.read_text()
    assert editor("check", text).text.count("no mistakes") == 1
    answer = editor("save", text.replace("\n", "\r\n"))
    assert (answer.status, "done=saved" in answer.headers["Location"]) == (303, True)
    assert desk.rules_file.read_text() == text


def test_a_file_that_changed_meanwhile_is_not_overwritten(desk, editor):
    text = desk.rules_file.read_text()
    answer = editor("save", "# mine\n" + text, version="0" * 64)
    assert answer.status == 409
    assert "# mine" in answer.text
    assert desk.rules_file.read_text() == text


def test_a_trial_says_what_the_rules_would_have_sent_against_those_that_run(desk, editor):
    text = desk.rules_file.read_text()
    narrower = text.replace(">= 50M USD", ">= 9B USD", 1)
    assert narrower != text
    answer = editor("try", narrower, days="90")
    assert answer.status == 200
    assert "On the archive" in answer.text
    assert "0 gained" in answer.text
    assert 'class="lost"' in answer.text
    assert desk.rules_file.read_text() == text


def test_the_editor_takes_one_to_the_mistake(look, desk):
    page = look()
    page.goto(f"{desk.url}/rules/edit?file={quote(str(desk.rules_file))}")
    area = page.get_by_label("Rules YAML; comments are kept")
    area.fill(area.input_value().replace("category: funding", "categroy: funding", 1))
    page.get_by_role("button", name="Check").click()
    page.locator(".problems a").first.click()
    chosen = "const t = document.getElementById('text'); t.value.slice(t.selectionStart, t.selectionEnd)"
    assert page.evaluate(chosen).startswith("categroy")
    look.heard[:] = [said for said in look.heard if "422" not in said]


def test_only_files_of_the_configuration_can_be_opened(desk):
    assert web_desk.Visitor(desk).get("/rules/edit?file=/etc/hostname").status == 404


def test_where_rules_are_kept_elsewhere_the_page_only_shows_and_tries_them(tmp_path):
    with web_desk.Newsdesk(tmp_path, deals=0, editable=False) as desk:
        visitor = web_desk.Visitor(desk)
        path = f"/rules/edit?file={quote(str(desk.rules_file))}"
        page = visitor.get(path)
        assert "Read-only" in page.text
        assert 'value="save"' not in page.text
        version = read_file(desk.rules_file, editable=True).version
        before = desk.rules_file.read_text()
        assert visitor.post(path, {"do": "save", "text": before + "# x\n", "version": version}).status == 403
        assert desk.rules_file.read_text() == before


def test_a_save_keeps_mode_mark_and_link(tmp_path):
    file, link = tmp_path / "rules.yaml", tmp_path / "link.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + BEFORE.encode())
    file.chmod(0o640)
    link.symlink_to(file)
    opened = read_file(link, editable=True)
    save(link, opened.text + "# more\n", opened.version)
    assert file.read_bytes() == b"\xef\xbb\xbf" + BEFORE.encode() + b"# more\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["link.yaml", "rules.yaml"]


def test_a_save_that_fails_leaves_the_file_and_no_litter(tmp_path, monkeypatch):
    file = tmp_path / "rules.yaml"
    file.write_text(BEFORE)
    opened = read_file(file, editable=True)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UsageError, match="no space left on device; nothing is saved"):
        save(file, "rules: []\n", opened.version)
    assert file.read_text() == BEFORE
    assert [one.name for one in tmp_path.iterdir()] == ["rules.yaml"]


def test_two_saves_of_one_version_are_one(tmp_path):
    file = tmp_path / "rules.yaml"
    file.write_text(BEFORE)
    opened = read_file(file, editable=True)
    save(file, BEFORE + "# first\n", opened.version)
    with pytest.raises(ChangedMeanwhileError):
        save(file, BEFORE + "# second\n", opened.version)
    assert file.read_text() == BEFORE + "# first\n"


@pytest.mark.parametrize(
    ("sent", "before", "after"), [("a\r\nb", "x\n", "a\nb\n"), ("a\n", "x\r\n", "a\r\n"), ("", "", "")]
)
def test_line_ends_stay_as_the_file_has_them(sent, before, after):
    assert as_written(sent, before) == after
