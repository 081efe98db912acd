"""What people write and how to read it: contractions, signs, and words that no table of 2014 has.

GloVe 6B was counted on Wikipedia and newswire. It never saw `lol`, and the 40,000 most frequent
of its words have no `ramen`. `near_words` has others for such a word that say nearly the same.
"""

import csv
from functools import cache

from lstmkit.config import package_folder
from lstmkit.errors import RunError

CONTRACTIONS = {
    "ain't": "is not",
    "can't": "can not",
    "cannot": "can not",
    "let's": "let us",
    "lets": "let us",
    "shan't": "shall not",
    "won't": "will not",
    "y'all": "you all",
    "aint": "is not",
    "arent": "are not",
    "cant": "can not",
    "couldnt": "could not",
    "didnt": "did not",
    "doesnt": "does not",
    "dont": "do not",
    "dunno": "do not know",
    "hasnt": "has not",
    "havent": "have not",
    "im": "i am",
    "isnt": "is not",
    "ive": "i have",
    "shouldnt": "should not",
    "thats": "that is",
    "theyre": "they are",
    "wasnt": "was not",
    "whats": "what is",
    "wont": "will not",
    "wouldnt": "would not",
    "youre": "you are",
    "gimme": "give me",
    "gonna": "going to",
    "gotta": "got to",
    "kinda": "kind of",
    "lemme": "let me",
    "wanna": "want to",
    "u": "you",
    "ur": "your",
    "r": "are",
    "n": "and",
    "ya": "you",
    "im'a": "i will",
}

ENDINGS = (
    ("n't", "not"),
    ("'m", "am"),
    ("'re", "are"),
    ("'ve", "have"),
    ("'ll", "will"),
    ("'d", "would"),
)

# 's is "is" after these, a possessive after anything else
WITH_IS = frozenset(
    {"he", "here", "how", "it", "she", "so", "that", "there"}
    | {"this", "what", "when", "where", "who", "why"}
)

EMOTICONS = {
    "<3": "love",
    "</3": "heartbreak",
    ":)": "smile",
    ":-)": "smile",
    "(:": "smile",
    "=)": "smile",
    ";)": "smile",
    ";-)": "smile",
    ":d": "laughing",
    ":-d": "laughing",
    "xd": "laughing",
    ":p": "funny",
    ":-p": "funny",
    ":*": "kiss",
    ":-*": "kiss",
    ":(": "sad",
    ":-(": "sad",
    ":'(": "crying",
    "):": "sad",
    "=(": "sad",
    ":/": "disappointed",
    ":-/": "disappointed",
}

# Words of Unicode's names for emoji that say nothing of the meaning
SIGN_WORDS = frozenset(
    {"and", "black", "eyes", "face", "for", "heavy", "large", "medium", "mouth", "of", "open"}
    | {"ornament", "person", "selector", "sign", "small", "symbol", "variation", "white", "with"}
)

# British ending, American ending: tried both ways where the table lacks a word
SPELLINGS = (
    ("our", "or"),
    ("ours", "ors"),
    ("oured", "ored"),
    ("ouring", "oring"),
    ("ourite", "orite"),
    ("ise", "ize"),
    ("ised", "ized"),
    ("ises", "izes"),
    ("ising", "izing"),
    ("isation", "ization"),
    ("yse", "yze"),
    ("ysed", "yzed"),
    ("ysing", "yzing"),
    ("tre", "ter"),
    ("ogue", "og"),
    ("lled", "led"),
    ("lling", "ling"),
    ("ller", "ler"),
    ("ence", "ense"),
    ("ey", "ay"),
    ("aemia", "emia"),
)


@cache
def near_words() -> dict[str, tuple[str, ...]]:
    """Read `data/emoji/near_words.csv`: a word and the words that it is read as.

    Raises:
        RunError: The installed file cannot be read.
    """
    path = package_folder("data") / "emoji" / "near_words.csv"
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return {row["word"]: tuple(row["read_as"].split()) for row in csv.DictReader(stream)}
    except (OSError, KeyError, UnicodeDecodeError) as error:
        raise RunError(f"{path}: cannot read the list of near words: {error}") from error
