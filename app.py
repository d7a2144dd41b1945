"""Start the practice page: python app.py, then open http://127.0.0.1:7860."""

import uvicorn

from speech.settings import Settings
from web.application import create_app


def main() -> None:
    """Read the settings, build the app and serve it."""
    settings = Settings.from_environment()
    app, host, port = create_app(settings), settings.host, settings.port
    # Readings that wait are still judged; open pages keep a connection that would hold a stopping server up for ever.
    uvicorn.run(app, host=host, port=port, server_header=False, timeout_graceful_shutdown=20)


if __name__ == "__main__":
    main()
