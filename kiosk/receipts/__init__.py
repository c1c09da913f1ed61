"""The receipt: one model, shown on the screen and handed over as a QR code. It never names the patron."""
