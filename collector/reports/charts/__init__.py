"""Charts as values (``model.py``) and as drawings of our own in SVG, which print in grey."""
