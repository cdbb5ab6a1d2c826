"""How the learned parts of the understanding are made; nothing here runs where dealwire runs."""
