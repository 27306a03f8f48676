#!/usr/bin/env python
"""Gongji's command line; starts the embedded PostgreSQL and Valkey when no URL names real ones."""

import os
import sys

# These neither need the services nor may they start them.
WITHOUT_SERVICES = {"stop_services", "makemessages", "help", "--help", "-h", "version", "--version"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    from config import embedded

    try:
        if not WITHOUT_SERVICES.intersection(sys.argv[1:2]):
            embedded.start_unless_given()
        execute_from_command_line(sys.argv)
    except embedded.EmbeddedUnavailable as unavailable:
        sys.stderr.write(f"{unavailable}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
