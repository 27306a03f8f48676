"""Every figure that the README quotes, each one command; nothing of the product imports this."""
