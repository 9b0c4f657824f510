"""What can be the URL pattern of an area."""

from urllib.parse import urlsplit


def is_pattern(text: str) -> bool:
    """Whether it says which addresses belong to an area: /p/*, */p/*, https://shop.example/de/* or shop.example/de/*.

    An area may have none, so blank text is one too. Anything else would meet no address, and nobody would be told.
    """
    text = text.strip()
    if any(letter.isspace() for letter in text):
        return False
    if not text or text.startswith(("/", "*")):
        return not text.startswith("//")
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc
