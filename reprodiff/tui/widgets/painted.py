"""What draws chunks in the colours of the theme."""

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from reprodiff.tui.chunks import Line
from reprodiff.tui.palette import Palette


class Painted(Widget):
    """A widget that draws its own lines from chunks."""

    _palette: Palette | None = None
    _theme = ""
    """The theme that the palette is of."""

    @property
    def cells(self) -> int:
        """How wide a line may be: what the scrollbar covers is no room."""
        return self.scrollable_content_region.width

    @property
    def palette(self) -> Palette:
        """The styles of all roles, on the background of this widget."""
        if self._palette is None:
            app = self.app
            self._theme = app.theme
            self._palette = Palette(
                app.theme_variables,
                self.background_colors[1],
                ansi=app.native_ansi_color,
                colourless=app.no_color,
            )
        return self._palette

    def painted(self, line: Line, cells: int, over: str | None = None) -> Strip:
        """Return ``line`` in colours, ``cells`` wide; ``over`` is a role that covers all others."""
        palette = self.palette
        covering = palette[over] if over else None
        segments = [Segment(text, covering or palette[role]) for text, role in line]
        return Strip(segments).adjust_cell_length(max(cells, 0), covering or palette["text"])

    def notify_style_update(self) -> None:
        """Draw again in other colours."""
        super().notify_style_update()
        if self._palette is not None:
            self._palette = None
            if self._theme != self.app.theme:
                self.refresh()
