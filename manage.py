#!/usr/bin/env python
"""Gongji's command line; starts the embedded PostgreSQL and Valkey when no URL names real ones."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    from config import embedded

    if sys.argv[1:2] != ["stop_services"]:
        embedded.start_unless_given()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
