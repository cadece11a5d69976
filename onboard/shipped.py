"""The only place that knows where templates/ and config/ are.

They are in a wheel or in a checkout.
"""

from pathlib import Path

_PACKAGED = Path(__file__).parent / "_shipped"
_CHECKOUT = Path(__file__).parent.parent


def shipped(name: str) -> Path:
    """The shipped folder or file `name`, for example ``templates`` or ``config/redcap_project``."""
    root = _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT
    return root / name
