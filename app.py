"""Start the practice page: python app.py, then open http://127.0.0.1:7860."""

from speech.memory import keep_large_pieces_apart
from speech.settings import Settings
from web.application import create_app
from web.serving import serve


def main() -> None:
    """Read the settings, build the app and serve it."""
    keep_large_pieces_apart()
    settings = Settings.from_environment()
    serve(create_app(settings), settings)


if __name__ == "__main__":
    main()
