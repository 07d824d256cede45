"""A map drawn by hand: the outline of Kazakhstan in some ninety corners, and where a place lies on the sheet.

The corners are rounded to half a degree or so; the map is there to show distance, not to settle a border.
"""

from dataclasses import dataclass
from math import cos, radians
from typing import Final

_KAZAKHSTAN: Final = """
46.5,48.4 47.2,49.2 46.9,49.9 48.4,49.9 48.8,50.6 50.7,51.6 52.4,51.5 54.5,50.9 55.7,50.6 56.5,51.0 58.4,51.1 59.6,50.6
61.5,50.8 61.4,51.3 60.1,51.9 61.0,52.3 60.9,52.8 62.1,53.0 61.2,53.4 61.2,53.9 62.5,54.0 65.2,54.4 68.2,54.9 69.0,55.4
70.8,55.2 71.2,54.2 73.4,53.5 73.7,54.0 74.6,53.7 76.8,54.4 76.6,54.1 77.9,53.3 80.1,50.8 81.4,50.8 83.4,51.0 84.0,50.7
85.3,49.6 86.7,49.7 87.3,49.1 85.7,48.4 85.5,47.1 83.1,47.2 82.3,45.5 82.6,45.2 80.1,45.0 80.8,43.2 80.2,42.2 79.1,42.8
76.0,42.9 74.2,43.3 73.5,42.5 71.8,42.8 70.9,42.2 69.1,41.4 68.1,41.0 66.7,41.2 66.5,42.0 66.0,42.1 66.1,43.0 64.9,43.7
62.0,43.5 61.1,44.4 58.5,45.6 55.9,45.0 56.0,41.3 54.7,42.1 53.5,42.1 52.5,41.8 52.7,42.6 51.3,43.2 50.9,44.1 50.3,44.6
51.3,45.1 53.0,45.3 53.1,46.6 51.3,47.0 49.3,46.4 48.6,46.6 48.1,47.7 47.2,47.8
"""
_MARGIN: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet that shows the part of the world between two corners, `width` wide; degrees become straight lines."""

    west: float
    east: float
    south: float
    north: float
    width: int = 1_000

    @property
    def _scale(self) -> float:
        """Give the height of one degree of latitude; one of longitude is narrower by the middle's cosine."""
        return (self.width - 2 * _MARGIN) / ((self.east - self.west) * cos(radians((self.south + self.north) / 2)))

    @property
    def height(self) -> int:
        """Give how high the sheet is."""
        return round((self.north - self.south) * self._scale + 2 * _MARGIN)

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Give where a place lies on the sheet."""
        narrow = cos(radians((self.south + self.north) / 2))
        across = _MARGIN + (longitude - self.west) * narrow * self._scale
        return round(across, 1), round(_MARGIN + (self.north - latitude) * self._scale, 1)

    def border(self) -> str:
        """Give the outline as the points of a polygon."""
        corners = (corner.split(",") for corner in _KAZAKHSTAN.split())
        points = (self.at(float(longitude), float(latitude)) for longitude, latitude in corners)
        return " ".join(f"{across},{down}" for across, down in points)
