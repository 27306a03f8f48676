"""Files from outside: checked by content, parsed in a child process, delivered as typed cells.

Invariant: whatever bytes a person uploads, the calling process neither crashes nor grows; it gets rows
or one `FileRefused` that says what to do. Nothing here touches the database, and only `messages` imports
Django, so that the child process starts quickly.
"""
