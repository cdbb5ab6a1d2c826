"""The wheel, installed into an environment of its own, works without the checkout."""

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command, **options):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A clean environment with the wheel in it. Its libraries are this environment's, found through a path file: such a
    folder's own path files are not followed, so the editable install of the checkout stays out."""
    place = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", place, cwd=ROOT)
    (wheel,) = place.glob("dealwire-*.whl")
    environment = place / "venv"
    venv.create(environment, with_pip=False)
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = (sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", "--python", environment)
    run(*pip, "install", "--no-deps", "--no-index", "--force-reinstall", wheel)
    return environment / "bin"


@pytest.mark.parametrize("package", ["dealwire", "connectors", "streams", "rules", "notifier"])
def test_every_package_comes_from_the_wheel(installed, package, tmp_path):
    found = run(installed / "python", "-c", f"import {package}; print({package}.__file__)", cwd=tmp_path)
    assert Path(found.strip()).is_relative_to(installed.parent)


def test_the_installed_command_understands_an_article(installed, tmp_path):
    line = json.dumps({"id": "a", "title": "MatX raises $500 million to build chips for language models"})
    (read,) = run(installed / "dealwire", "extract", "-", input=line, cwd=tmp_path).splitlines()
    (event,) = json.loads(read)["events"]
    assert (event["category"], event["amount"]["value"]) == ("funding", 500_000_000)
