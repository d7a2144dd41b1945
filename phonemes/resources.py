"""Where the product's data folders lie, in a checkout and in an installed wheel alike."""

from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_INSTALLED = {"datasets": Path("phonemes/_datasets"), "models": Path("speech/_models")}


def folder(name: str) -> Path:
    """Find one of the product's data folders.

    Parameters
    ----------
    name : {"datasets", "models"}
        The folder as it is called in the checkout.

    Returns
    -------
    Path
        The folder inside the installed packages, or in the checkout.
    """
    installed = _ROOT / _INSTALLED[name]
    return installed if installed.is_dir() else _ROOT / name
