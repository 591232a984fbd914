"""Words from data, made safe for labels that would otherwise read Markdown."""

import re

_ADDRESS = re.compile(r"https?:(?=//)|www(?=\.)|[\w.+-](?=@)", re.IGNORECASE)
_MEANS_SOMETHING = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:^=&\"'@/])")


def plain(text: object) -> str:
    """Escape a value so that Streamlit shows it letter by letter.

    Without this a plan named ``![](http://…)`` would be an image, and the browser
    would ask a stranger for it. An address would become a link even when escaped;
    an invisible word joiner inside it prevents that.
    """
    unlinked = _ADDRESS.sub("\\g<0>\u2060", str(text))
    return _MEANS_SOMETHING.sub(r"\\\1", unlinked).replace("\n", " ")


def clipped(text: str, most: int = 80) -> str:
    """Shorten a text in its middle, so that beginning and ending stay readable."""
    if len(text) <= most:
        return text
    ending = most // 3
    return f"{text[: most - ending - 1]}…{text[-ending:]}"


def counted(number: int, noun: str) -> str:
    """Write a number with its noun, such as 1 row or 1,204 rows."""
    return f"{number:,} {noun if number == 1 else f'{noun}s'}"


def attribute_label(name: str) -> str:
    """Name our own columns in words; those of the exports stay as they are."""
    return _ATTRIBUTES.get(name, name)


_ATTRIBUTES = {
    "joined_on": "Joined",
    "signed_up_on": "Signed up",
    "first_seen_on": "First seen",
    "account_id": "Account",
    "email": "E-mail",
    "referred_by": "Referred by",
    "tenure_months": "Tenure in months",
    "has_churned": "Has churned",
    "first_plan": "First plan",
    "latest_plan": "Latest plan",
    "first_billing": "First billing period",
    "latest_billing": "Latest billing period",
    "had_trial": "Began with a trial",
    "nps_group": "NPS group",
    "csat_group": "CSAT group",
    "ces_group": "CES group",
}
