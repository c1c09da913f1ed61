"""Boxes on the panel. Pixels from the top left corner, y downwards, as in the drawings of a page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of whole pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First pixel column to the right."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First pixel row below."""
        return self.y + self.height

    @property
    def centre(self) -> tuple[float, float]:
        """The middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def inset(self, dx: int, dy: int | None = None) -> Box:
        """Smaller by ``dx`` on the left and right and ``dy`` (or ``dx``) above and below."""
        dy = dx if dy is None else dy
        return Box(self.x + dx, self.y + dy, self.width - 2 * dx, self.height - 2 * dy)

    def moved(self, dx: int, dy: int) -> Box:
        """The same box elsewhere."""
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def top_part(self, height: int) -> Box:
        """The uppermost ``height`` pixels."""
        return Box(self.x, self.y, self.width, height)

    def bottom_part(self, height: int) -> Box:
        """The lowest ``height`` pixels."""
        return Box(self.x, self.bottom - height, self.width, height)

    def left_part(self, width: int) -> Box:
        """The leftmost ``width`` pixels."""
        return Box(self.x, self.y, width, self.height)

    def right_part(self, width: int) -> Box:
        """The rightmost ``width`` pixels."""
        return Box(self.right - width, self.y, width, self.height)

    def without_top(self, height: int) -> Box:
        """All but the uppermost ``height`` pixels."""
        return Box(self.x, self.y + height, self.width, self.height - height)

    def without_bottom(self, height: int) -> Box:
        """All but the lowest ``height`` pixels."""
        return Box(self.x, self.y, self.width, self.height - height)

    def without_left(self, width: int) -> Box:
        """All but the leftmost ``width`` pixels."""
        return Box(self.x + width, self.y, self.width - width, self.height)

    def without_right(self, width: int) -> Box:
        """All but the rightmost ``width`` pixels."""
        return Box(self.x, self.y, self.width - width, self.height)

    def middle(self, width: int, height: int) -> Box:
        """A box of this size in the middle."""
        return Box(self.x + (self.width - width) // 2, self.y + (self.height - height) // 2, width, height)

    def columns(self, gap: int, *shares: float) -> list[Box]:
        """Side by side, from the left, in these shares of the width."""
        free, boxes, x, total = self.width - gap * (len(shares) - 1), [], self.x, sum(shares)
        for number, share in enumerate(shares):
            last = number == len(shares) - 1
            width = self.right - x if last else round(free * share / total)
            boxes.append(Box(x, self.y, width, self.height))
            x += width + gap
        return boxes

    def rows(self, gap: int, *shares: float) -> list[Box]:
        """One below the other, from the top, in these shares of the height."""
        free, boxes, y, total = self.height - gap * (len(shares) - 1), [], self.y, sum(shares)
        for number, share in enumerate(shares):
            last = number == len(shares) - 1
            height = self.bottom - y if last else round(free * share / total)
            boxes.append(Box(self.x, y, self.width, height))
            y += height + gap
        return boxes

    def contains(self, x: float, y: float) -> bool:
        """Whether a point lies inside."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def overlaps(self, other: Box) -> bool:
        """Whether two boxes share a pixel."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def gap(self, other: Box) -> int:
        """Pixels between two boxes that do not overlap, along the axis on which they are farther apart."""
        across = max(other.x - self.right, self.x - other.right)
        down = max(other.y - self.bottom, self.y - other.bottom)
        return max(across, down)
