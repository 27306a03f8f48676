"""Files from outside are parsed in a child process that may crash, starve or hang alone.

`caller` starts and ends such a child; `program` is what runs inside it. Neither knows what is parsed, Django or
the database: `accounts.spreadsheets` and `accounts.scans` each bring a program of their own.
"""
