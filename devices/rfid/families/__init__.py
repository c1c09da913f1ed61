"""One file a reader family: which of its commands make a pad. See :mod:`devices.rfid.family` for the shape."""
