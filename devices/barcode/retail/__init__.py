"""EAN and UPC read by fitting, where blur has left no bars to count.

An engine cuts a scan line into bars and spaces and looks their widths up; once blur has merged the narrow ones there
is nothing to cut. But a retail code has few freedoms: twelve places of seven modules each, ten digits in two or three
drawings a place, guards where everybody knows them, a check digit. So whole numbers are drawn, blurred and laid over
the picture, and the valid number that leaves the least unexplained wins; no bar has to be seen by itself. Nothing is
told unless it leaves far less than every other valid number does: on print, on other codes and on noise, numbers
compete closely. (Fitting drawings of digits to a blurred line is an old idea: Gallo and Manduchi, "Reading 1D Barcodes
with Mobile Phones Using Deformable Templates", 2011, fit each digit by itself. The whole line at once is ours.)

:mod:`~devices.barcode.retail.places` finds where a number may lie, :mod:`~devices.barcode.retail.numbers` which number
fits best there, :mod:`~devices.barcode.retail.fitting` moves both until they agree.
"""

from __future__ import annotations

from devices.barcode.retail.fitting import Fit, read, tell
from devices.barcode.retail.layout import EAN8, EAN13, Layout

__all__ = ["EAN8", "EAN13", "Fit", "Layout", "read", "tell"]
