"""Keys made of names: Latin letters, digits and hyphens, Cyrillic by sound."""

import re
import unicodedata

LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya".replace("-", "").split(" "),
        strict=True,
    )
)


def slug_of(name: str, longest: int, otherwise: str) -> str:
    """ "Карточка товара" is "kartochka-tovara"; a name without letters we know is `otherwise`."""
    letters = "".join(LATIN.get(letter, letter) for letter in name.lower())
    plain = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:longest].strip("-") or otherwise
