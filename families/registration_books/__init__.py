"""Workbooks of registration forms to fill in: the template, and what is to be corrected in a file that was loaded."""

from families.registration_books.errors import error_book
from families.registration_books.kept import book_name
from families.registration_books.template import template_book

__all__ = ["book_name", "error_book", "template_book"]
