"""Talking to learning platforms (LTI 1.3 Advantage), and what signing in elsewhere has in common with it.

Nothing here opens a connection unless an admin has registered a platform, or whoever runs the server has set
LAFAL_OIDC_ISSUER; then only to the addresses that these name.
"""
