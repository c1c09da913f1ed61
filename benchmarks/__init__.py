"""How fast, beside what one would use instead. ``python -m benchmarks``; method and results: docs/benchmarks.md."""
