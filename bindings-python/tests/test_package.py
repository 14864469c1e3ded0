"""What a user installs has all that it should, and nothing else: the wheel that `make` has built, and the sdist."""

from __future__ import annotations

import email
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from configparser import ConfigParser
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
WHEELS = sorted((ROOT / "target" / "wheels").glob("*.whl"))
PACKAGES = {"failsoft", "_failsoft_pytest"}


def sources() -> set[str]:
    """The files of the package as they stand in the repository."""
    folder = ROOT / "bindings-python" / "python"
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".so"
    }


def is_installed() -> bool:
    try:
        distribution("failsoft")
    except PackageNotFoundError:
        return False
    return True


def test_where_the_package_is_installed_there_is_the_wheel_that_it_is_from():
    assert bool(WHEELS) or not is_installed()


@pytest.mark.parametrize("path", WHEELS, ids=lambda path: path.name)
class TestTheWheel:
    def test_is_for_every_python_from_the_oldest_on(self, path):
        _, _, python, abi, platforms = path.stem.split("-")
        assert (python, abi) == ("cp310", "abi3")
        # One that says linux alone would be refused by the index, as nobody knows where it runs.
        assert all(
            re.match(r"(manylinux|musllinux|macosx|win)", platform) for platform in platforms.split(".")
        )

    def test_has_the_package_the_native_part_and_nothing_else(self, path):
        names = set(zipfile.ZipFile(path).namelist())
        native = {name for name in names if name.startswith("failsoft/_native.")} - {"failsoft/_native.pyi"}
        assert len(native) == 1
        assert {name for name in names - native if ".dist-info/" not in name} == sources()

    def test_says_that_it_is_typed(self, path):
        assert {"failsoft/py.typed", "failsoft/_native.pyi"} <= set(zipfile.ZipFile(path).namelist())

    def test_has_its_licences_and_says_which(self, path):
        told, names = metadata(path), zipfile.ZipFile(path).namelist()
        assert told["License-Expression"] == "MIT OR Apache-2.0"
        assert sorted(told.get_all("License-File")) == ["LICENSE-APACHE", "LICENSE-MIT"]
        for licence in ("LICENSE-APACHE", "LICENSE-MIT"):
            inside = next(name for name in names if name.endswith(f".dist-info/licenses/{licence}"))
            assert zipfile.ZipFile(path).read(inside) == (ROOT / licence).read_bytes()

    def test_names_the_pythons_that_it_is_for(self, path):
        told = metadata(path)
        assert told["Requires-Python"] == ">=3.10"
        versions = {f"Programming Language :: Python :: 3.{minor}" for minor in range(10, 15)}
        assert versions <= set(told.get_all("Classifier"))

    def test_needs_nothing_but_python(self, path):
        needed = metadata(path).get_all("Requires-Dist") or []
        assert [each for each in needed if "extra ==" not in each] == []

    def test_offers_the_extras(self, path):
        assert "system" in (metadata(path).get_all("Provides-Extra") or [])

    def test_tells_its_page_on_the_index_from_the_readme(self, path):
        told = metadata(path)
        assert told["Description-Content-Type"].startswith("text/markdown")
        assert told.get_payload().strip() == (ROOT / "README.md").read_text(encoding="utf-8").strip()

    def test_brings_the_pytest_plugin(self, path):
        assert entry_points(path)["pytest11"] == {"failsoft": "_failsoft_pytest"}

    def test_has_no_entry_point_that_leads_nowhere(self, path):
        modules = [entry.split(":")[0] for group in entry_points(path).values() for entry in group.values()]
        names = zipfile.ZipFile(path).namelist()
        for module in modules:
            file = module.replace(".", "/")
            assert f"{file}.py" in names or f"{file}/__init__.py" in names


@pytest.fixture(scope="module")
def sdist(tmp_path_factory) -> tarfile.TarFile:
    """The sdist, made as for the index."""
    out = tmp_path_factory.mktemp("sdist")
    # The one beside this interpreter, even where its environment is not active.
    maturin = shutil.which("maturin", path=str(Path(sys.executable).parent)) or shutil.which("maturin")
    assert maturin is not None, "maturin makes the sdist: pip install -r requirements-dev.txt"
    command = [
        maturin,
        "sdist",
        "--manifest-path",
        "bindings-python/Cargo.toml",
        "--out",
        str(out),
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603
    with tarfile.open(next(out.iterdir())) as archive:
        yield archive


def members(sdist: tarfile.TarFile) -> set[str]:
    """Its files, without the folder that all are in."""
    return {str(PurePosixPath(*PurePosixPath(name).parts[1:])) for name in sdist.getnames()}


class TestTheSdist:
    def test_has_the_whole_package(self, sdist):
        assert {f"python/{name}" for name in sources()} <= members(sdist)

    def test_has_the_sources_of_the_native_part_and_the_lock_file(self, sdist):
        native = {
            path.relative_to(ROOT).as_posix() for path in (ROOT / "bindings-python" / "src").rglob("*.rs")
        }
        core = {path.relative_to(ROOT).as_posix() for path in (ROOT / "core" / "src").rglob("*.rs")}
        own = {
            "Cargo.toml",
            "Cargo.lock",
            "pyproject.toml",
            "README.md",
            "LICENSE-MIT",
            "LICENSE-APACHE",
            "PKG-INFO",
        }
        assert native | core | own <= members(sdist)

    def test_has_none_of_what_only_the_repository_is_for(self, sdist):
        names = members(sdist)
        assert [name for name in names if re.search(r"\.(so|pyc|whl|node|wasm)$|__pycache__", name)] == []
        tops = {name.split("/")[0] for name in names if "/" in name}
        assert tops == {"bindings-python", "core", "python"}
        assert [name for name in names if name.startswith("bindings-python/tests")] == []

    def test_has_no_way_out_of_itself(self, sdist):
        assert all(member.isfile() or member.isdir() for member in sdist.getmembers())
        assert not any(".." in PurePosixPath(name).parts for name in sdist.getnames())


def metadata(path: Path) -> email.message.Message:
    return email.message_from_string(dist_info(path, "METADATA"))


def entry_points(path: Path) -> dict[str, dict[str, str]]:
    parser = ConfigParser(delimiters=("=",))
    parser.optionxform = str
    parser.read_string(dist_info(path, "entry_points.txt"))
    return {section: dict(parser[section]) for section in parser.sections()}


def dist_info(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as wheel:
        inside = next(each for each in wheel.namelist() if each.endswith(f".dist-info/{name}"))
        return wheel.read(inside).decode()
