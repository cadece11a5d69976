"""config/*.toml of a lab's home -> Config.

It decides what a setting may hold and reports all mistakes at once; it keeps no secret.
"""

from onboard.config.lab_file import MailSettings, RedcapSettings
from onboard.config.loading import Config, load_config
from onboard.config.rules_file import rules_from_text
from onboard.config.schedule import JobTime
from onboard.config.secrets import MAIL_PASSWORD, Secrets, token_name

__all__ = [
    "MAIL_PASSWORD",
    "Config",
    "JobTime",
    "MailSettings",
    "RedcapSettings",
    "Secrets",
    "load_config",
    "rules_from_text",
    "token_name",
]
