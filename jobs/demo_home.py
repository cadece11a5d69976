"""The demo's lab home: `onboard init` with the sample lab's settings."""

from __future__ import annotations

import shutil
from pathlib import Path

from onboard.cli.init import FILES
from onboard.shipped import shipped

_SETTINGS = """# The sample lab of `onboard demo`. Every key is explained in the settings.toml that `onboard init` makes.
[lab]
id = "rivera"
name = "Rivera Lab"
zone = "America/New_York"
sender = "rivera-lab@northlake.example"
institution = "Northlake University"
domains = ["northlake.example"]
verify = "Look up Maria Chen, Cardiology Research, in the Northlake directory and call."
operator = "it-help@northlake.example"

[[coordinator]]
name = "Maria Chen"
address = "maria.chen@northlake.example"
phone = "555-0142"

[sending]
mode = "live"

[redcap]
url = "{redcap}"
contact = "it-help@northlake.example"
retries = 0

[mail]
transport = "relay"
host = "{host}"
port = {port}
tls = "none"
rate_per_minute = 10000

[calendar]
country = ""

[cadence]

[ledger]
"""


def make_home(home: Path, *, redcap: str, host: str, port: int, tokens: dict[str, str]) -> None:
    """A lab's home in `home` that reads `redcap` and mails through `host`:`port`, both on this machine."""
    home.mkdir(parents=True)
    for name in FILES:
        shutil.copyfile(shipped("config") / name, home / name)
    (home / "settings.toml").write_text(_SETTINGS.format(redcap=redcap, host=host, port=port), encoding="utf-8")
    secrets = home / "secrets.env"
    secrets.touch(mode=0o600)
    lines = (f"ONBOARD_{name.upper()}_TOKEN={token}\n" for name, token in tokens.items())
    secrets.write_text("".join(lines), encoding="utf-8")
