"""Scans and photographs from outside: known by content, really decoded, in a child process.

Invariant: whatever bytes a person hands in, the calling process neither crashes nor grows; it gets a `Scan` or one
`ScanRefused` that says what to do. Nothing here touches the database, and only `messages` imports Django, so that
the child process starts quickly.
"""
