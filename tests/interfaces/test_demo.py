"""The demo: one question of each granularity, overlays written."""

from PIL import Image

from geomagnifier.interfaces.demo import QUESTIONS, run


def test_demo_draws_asks_and_writes(tmp_path, capsys):
    run(None, None, tmp_path)
    shown = capsys.readouterr().out
    for question in QUESTIONS:
        assert question in shown
    folders = sorted(p.name for p in tmp_path.iterdir() if p.is_dir())
    assert folders == ["1-image", "2-region", "3-pixel"]
    for folder in folders:
        with Image.open(tmp_path / folder / "overlay.png") as overlay:
            assert overlay.width >= 600


def test_demo_takes_a_picture_and_a_question(tmp_path, capsys):
    Image.new("RGB", (200, 120), (40, 90, 40)).save(tmp_path / "green.png")
    run(str(tmp_path / "green.png"), "How many ships are there?", tmp_path / "out")
    assert "ship" in capsys.readouterr().out
    assert (tmp_path / "out" / "1-region" / "answer.json").is_file()
