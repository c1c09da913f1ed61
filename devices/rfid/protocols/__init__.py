"""One codec a family of readers: bytes in, frames out; commands in, bytes out. No port, clock or thread."""
