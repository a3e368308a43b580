"""Every command and snippet of README.md and docs/ runs; the site builds.

The reference names all there is.
"""

import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import made_boxes
import made_scenes
import pytest

import geomagnifier
from fake import FakeModel, paint
from fences import NEEDS, fences, run, warm_programs, write_outputs
from geomagnifier.cli import demo
from geomagnifier.export.image_file import write_picture
from geomagnifier_lab.render.scene import draw_scene

ROOT = Path(geomagnifier.__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
RUN = [page for page in PAGES if fences(page)]
SLOW = [page for page in RUN if any(fence.slow for fence in fences(page))]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    """harbour.tif, and scenes/ with GeoTIFFs at places of their own and two pictures of nowhere."""
    folder = tmp_path_factory.mktemp("drawn")
    (folder / "scenes").mkdir()
    step = 0.5

    def put(path, seed, theme, size, east):
        place = (step, 0.0, 500_000.0 + east, 0.0, -step, 5_200_000.0)
        write_picture(
            folder / path, draw_scene(seed, *size, theme).pixels, crs="EPSG:32633", transform=place
        )

    put("harbour.tif", 7, "mixed", (1000, 700), 0)
    for number, theme in enumerate(("airport", "harbour", "tank farm", "town")):
        put(
            f"scenes/{theme.replace(' ', '-')}.tif",
            number + 1,
            theme,
            (700, 500),
            1000 * (number + 1),
        )
    put("scenes/sports.jpg", 5, "sports ground", (700, 500), 0)
    put("scenes/quay.png", 6, "harbour", (700, 500), 0)
    return folder


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    with warm_programs(tmp_path_factory.mktemp("programs")) as folder:
        yield folder


def lay_out_benchmarks(folder):
    """Tiny sets in the layout of their authors, and boxes of another system."""
    made_scenes.write_scenes("aid", folder / "AID")
    made_boxes.rrsis_d(folder / "RRSIS-D")
    made_boxes.vhr10(folder / "VHR-10")
    labels = json.loads((folder / "VHR-10/instances_val.json").read_text())["annotations"]
    found = [
        {name: label[name] for name in ("image_id", "category_id", "bbox")} | {"score": 0.9}
        for label in labels
    ]
    (folder / "boxes.json").write_text(json.dumps(found))


@pytest.mark.parametrize("page", RUN, ids=name)
def test_fences_say_no_more_than_is_known(page):
    allowed = {"slow", *(f"needs={need}" for need in NEEDS)}
    for fence in fences(page):
        assert set(fence.words) <= allowed, f"{fence} says {fence.words}"
        assert not fence.unmarked, f"{fence} {fence.unmarked}"


QUICK = {"README.md", "docs/index.md", "docs/questions.md", "docs/reference"}
"""What runs in every check. The commands of other pages take 10 to 100 s each: slow tests."""


def quick(page: Path) -> bool:
    return bool({name(page), name(page.parent)} & QUICK)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=() if quick(page) else pytest.mark.slow, id=name(page))
        for page in RUN
    ],
)
def test_commands_run(page, drawn, programs, tmp_path):
    shutil.copytree(drawn, tmp_path, dirs_exist_ok=True)
    if page.name == "README.md":  # after ./scripts/demo
        (tmp_path / "demo-out").mkdir()
        demo.draw(tmp_path / "demo-out/scene.tif")
    if page.name == "benchmarks.md":
        lay_out_benchmarks(tmp_path)
    if not run(fences(page), tmp_path, programs):
        pytest.skip("nothing of it can run here")


SHOWN = """# Page

```bash
echo "$SCENES ships"
```

```text output
{}
```

```python needs=gpu
print("never here")
```

```text output
kept
```
"""


@pytest.mark.parametrize(
    ("told", "fits"), [("345.6 ships", True), ("7 planes", False), ("7 ships\n8 ships", False)]
)
def test_a_page_shows_what_is_printed_but_for_numbers(told, fits, programs, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(SHOWN.format(told))
    if fits:
        assert run(fences(page), tmp_path, programs) == 1
        return
    with pytest.raises(AssertionError, match=r"page\.md:3 prints\n12 ships"):
        run(fences(page), tmp_path, programs)


def test_output_is_written_into_a_page(tmp_path, monkeypatch):
    monkeypatch.setenv("SCENES", "500")
    page = tmp_path / "page.md"
    page.write_text(SHOWN.format("old"))
    write_outputs(page)
    assert page.read_text() == SHOWN.format("500 ships")


def test_no_page_has_output_that_was_never_written():
    for page in RUN:
        assert all(fence.output != "" for fence in fences(page)), page.name


@pytest.mark.slow
@pytest.mark.parametrize("page", SLOW, ids=name)
def test_slow_commands_run(page, drawn, programs, tmp_path):
    shutil.copytree(drawn, tmp_path, dirs_exist_ok=True)
    assert run(fences(page), tmp_path, programs, slow=True)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    pytest.importorskip("material", reason="the extra docs is not installed")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    built = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    assert "WARNING" not in built.stderr
    return folder


def plain(page: str) -> str:
    """What a reader sees, tags taken out."""
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def test_every_page_is_in_the_site(site):
    for page in DOCS.rglob("*.md"):
        assert (site / page.relative_to(DOCS)).with_suffix(".html").is_file()
    linked = (site / "index.html").read_text()
    for page in DOCS.rglob("*.md"):
        assert f'href="{page.relative_to(DOCS).with_suffix(".html")}"' in linked, (
            f"{page} is not in the nav of mkdocs.yml"
        )


def test_pages_fetch_nothing_from_elsewhere(site):
    for page in site.rglob("*.html"):
        for tag in re.findall(
            r"<(?:script|img|iframe)\b[^>]*\bsrc=\"[^\"]+\"|<link\b[^>]*>",
            page.read_text(encoding="utf-8"),
        ):
            assert "//" not in tag or 'rel="canonical"' in tag, f"{page.name}: {tag}"


def test_the_reference_has_every_command_and_option(site):
    import typer.main

    from geomagnifier.cli.main import app
    from geomagnifier_lab.train.full.settings import Settings, option

    page = (site / "reference/cli.html").read_text(encoding="utf-8")
    told = plain(page)
    parts = {
        found[1]: plain(found[2])
        for found in re.finditer(
            r'<h2 id="geomag-([\w-]+)">(.*?)(?=<h2|</article>)', page, re.DOTALL
        )
    }
    commands = typer.main.get_command(app).commands
    assert set(parts) == set(commands)
    for title, command in commands.items():
        part = parts[title]
        for parameter in command.params:
            for written in (*parameter.opts, *parameter.secondary_opts):
                shown = written if written.startswith("-") else parameter.metavar or written
                assert shown in part, f"geomag {title} {shown} is not told"
    for field in Settings.__dataclass_fields__:
        assert option(field) in told
    assert "[bold]" not in told and "<!-- " not in told


def test_the_reference_has_every_public_name(site):
    page = (site / "reference/api.html").read_text(encoding="utf-8")
    for public in geomagnifier.__all__:
        assert f'id="geomagnifier.{public}"' in page, f"{public} is not told"


def test_the_reference_has_every_setting_and_error(site):
    from geomagnifier import errors
    from geomagnifier.server.settings import Settings

    told, tree = (
        plain((site / f"reference/{page}.html").read_text(encoding="utf-8"))
        for page in ("settings", "errors")
    )
    assert all(f"GEOMAG_{field.upper()}" in told for field in Settings.__dataclass_fields__)
    kinds = [
        kind.__name__
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.GeomagError)
    ]
    assert len(kinds) > 10 and all(kind in tree for kind in kinds)


def test_the_reference_has_every_member_and_file_of_an_answer(tmp_path):
    told = (DOCS / "reference/answer.md").read_text(encoding="utf-8")
    with geomagnifier.open_scene(paint(300, 200, (40, 40, 80, 60))) as scene:
        answer = geomagnifier.ask(scene, "Segment every ship.", FakeModel())
    files = {
        kind: geomagnifier.write(answer, tmp_path / kind, vector=kind)
        for kind in ("geojson", "gpkg")
    }
    document = json.loads(files["geojson"]["answer"].read_text())
    (region,), (feature,) = (
        document["regions"],
        json.loads(files["geojson"]["regions"].read_text())["features"],
    )
    for member in (
        *document,
        *region,
        *document["scene"],
        *document["cost"],
        *feature["properties"],
    ):
        assert f"`{member}`" in told, f"{member} is not told"
    for path in (path for written in files.values() for path in written.values()):
        assert f"`{path.name}`" in told, f"{path.name} is not told"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_between_pages_resolve(page):
    text = re.sub(
        r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    for target in LINK.findall(text):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path) if path else page
        assert found.exists(), f"{page.name} links to {target}"
        if anchor:
            pages = found.read_text(encoding="utf-8")
            titles = re.findall(r"^#+ (.+)$", pages, re.MULTILINE)
            assert anchor in {
                *(re.sub(r"[^\w -]", "", t).strip().lower().replace(" ", "-") for t in titles),
                *re.findall(r'<a id="([\w-]+)">', pages),
            }, f"{page.name}: {target}"
