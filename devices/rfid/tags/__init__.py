"""One codec a data model of library tags: memory in, content out, and back."""
