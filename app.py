"""Start the practice page: python app.py, then open http://127.0.0.1:7860."""

import uvicorn

from speech.settings import Settings
from web.application import create_app


def main() -> None:
    """Read the settings, build the app and serve it."""
    settings = Settings.from_environment()
    app, at = create_app(settings), {"host": settings.host, "port": settings.port}
    tls = {"ssl_certfile": settings.certificate or None, "ssl_keyfile": settings.private_key or None}
    # Readings that wait are still judged; open pages keep a connection that would hold a stopping server up for ever.
    uvicorn.run(app, **at, **tls, server_header=False, timeout_graceful_shutdown=20)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
