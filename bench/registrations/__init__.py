"""Importing registration workbooks: how many rows a second, beside a plain ModelResource on the same rows.

`python -m bench.registrations` measures and prints; `python -m bench.registrations.made` writes the files alone.
"""
