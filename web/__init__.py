"""The practice page and the HTTP API: people's browsers on one side, `speech` on the other."""
