"""What a person sees and does: a real browser against the real web server, worker and database."""
