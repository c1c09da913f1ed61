"""NXP PN532 on its high-speed UART: 13.56 MHz cards by their UID (ISO 14443A). It cannot read ISO 15693 book tags."""
