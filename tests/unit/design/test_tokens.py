"""The tokens keep their promises: contrast in both themes, four sizes, a grid of 4 px."""

import re
from itertools import product

import pytest

from tests.unit.design.paths import STYLES, colours, tokens_css

TEXT = 4.5  # WCAG 2.2, 1.4.3: text
SHAPE = 3.0  # WCAG 2.2, 1.4.11: controls and graphics


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it; `colour` is #rrggbb."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def token_contrast(front: str, back: str, theme: int) -> float:
    """Contrast of two tokens in a theme (0 light, 1 dark)."""
    palette = {**colours(), "on-fill": ("#ffffff", "#ffffff")}
    return contrast(palette[front][theme], palette[back][theme])


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
class TestContrast:
    @pytest.mark.parametrize(
        ("front", "back"),
        list(
            product(
                ["text", "text-muted"], ["canvas", "surface", "surface-sunken", "surface-raised"]
            )
        ),
    )
    def test_text_reads_on_every_surface(self, front: str, back: str, theme: int) -> None:
        assert token_contrast(front, back, theme) >= TEXT

    @pytest.mark.parametrize("meaning", ["accent", "good", "warn", "bad"])
    def test_meaning_reads_on_its_own_tint_and_on_the_page(self, meaning: str, theme: int) -> None:
        for back in ("surface", f"{meaning}-soft"):
            assert token_contrast(meaning, back, theme) >= TEXT

    @pytest.mark.parametrize("tint", ["accent-soft", "good-soft", "warn-soft", "bad-soft"])
    def test_text_reads_on_every_tint(self, tint: str, theme: int) -> None:
        assert token_contrast("text", tint, theme) >= TEXT
        assert token_contrast("text-muted", tint, theme) >= TEXT

    @pytest.mark.parametrize(
        "fill", ["accent-fill", "accent-fill-hover", "bad-fill", "bad-fill-hover"]
    )
    def test_a_filled_button_reads(self, fill: str, theme: int) -> None:
        assert token_contrast("on-fill", fill, theme) >= TEXT

    @pytest.mark.parametrize(
        "shape", ["line-control", "data-active", "data-overage", "data-purchased", "data-other"]
    )
    def test_controls_and_data_stand_out_from_the_page(self, shape: str, theme: int) -> None:
        assert token_contrast(shape, "surface", theme) >= SHAPE


class TestScale:
    def test_black_on_white_is_the_known_maximum(self) -> None:
        assert contrast("#000000", "#ffffff") == pytest.approx(21)

    def test_there_are_four_sizes_of_type(self) -> None:
        assert len(re.findall(r"--text-\w+: [\d.]+rem;", tokens_css())) == 4

    def test_nothing_is_set_in_another_size(self) -> None:
        sizes = {
            value
            for style in STYLES
            if style.name != "print.css"
            for value in re.findall(r"font-size: ([^;]+);", style.read_text())
        }
        assert sizes == {
            "var(--text-small)",
            "var(--text-body)",
            "var(--text-heading)",
            "var(--text-title)",
        }

    def test_space_counts_steps_of_four_pixels(self) -> None:
        steps = re.findall(r"--space-(\d+): (\d+)px;", tokens_css())
        assert len(steps) >= 8
        assert all(int(pixels) == 4 * int(count) for count, pixels in steps)

    def test_motion_stays_under_150_milliseconds(self) -> None:
        quick = re.search(r"--quick: (\d+)ms;", tokens_css())
        assert quick is not None
        assert int(quick[1]) < 150


class TestLayers:
    def test_every_style_of_the_screen_is_in_a_layer(self) -> None:
        for style in STYLES:
            if style.name == "print.css":
                continue
            text = re.sub(r"/\*.*?\*/", "", style.read_text(), flags=re.DOTALL).strip()
            assert text.startswith("@layer"), style.name

    def test_colours_are_written_only_as_tokens(self) -> None:
        for style in STYLES:
            if style.name in {"tokens.css", "print.css"}:
                continue
            assert not re.findall(r"#[0-9a-f]{3,8}\b|\brgba?\(", style.read_text()), style.name

    def test_every_token_that_is_used_exists(self) -> None:
        known = set(re.findall(r"(--[\w-]+):", tokens_css()))
        for style in STYLES:
            assert set(re.findall(r"var\((--[\w-]+)", style.read_text())) <= known, style.name
