"""The forms in which dates are written, each one row: words, texts, numbers."""

import re

#: What a column of dates may be called; the first ones are surest.
DATE_NAMES = (
    *("date", "datetime", "date time", "timestamp", "time", "datum", "fecha", "data", "日期"),
    *("日付", "날짜", "日時", "дата", "tarih", "dato", "dátum", "datetime utc", "trade date"),
    *("local time", "gmt time", "open time", "opentime", "snapped at", "observation date"),
    *("unix", "unix timestamp", "day", "month", "quarter", "year", "week", "period", "时间"),
    *("交易日期", "交易日", "日期时间", "일자", "jour", "giorno", "dia", "tag", "monat", "jahr"),
    *("mes", "mois", "mese", "año", "année", "anno", "ano", "период", "caldt", "datadate"),
)
TIME_NAMES = (
    *("time", "hour", "hours", "time m", "uhrzeit", "zeit", "stunde", "hora", "heure", "ora"),
    *("saat", "uur", "время", "时间", "時刻", "시간", "hh", "clock", "minute"),
)
#: The twelve months in common languages, as words and as abbreviations.
MONTHS = (
    "jan january januar janv janvier ene enero gen gennaio janeiro januari oca ocak янв январь "
    "января sty stycznia styczeń jän jänner",
    "feb february februar fév févr février fev fevereiro febrero febbraio febr februari şub şubat "
    "фев февр февраль февраля lut lutego luty",
    "mar march mars mär märz mrz marzo março maart mrt mart мар март марта marca marzec",
    "apr april avr avril abr abril aprile nis nisan апр апрель апреля kwi kwietnia kwiecień",
    "may mai mayo maggio mag maio mei mayıs май мая maj maja",
    "jun june juni juin junio giu giugno junho haz haziran июн июнь июня cze czerwca czerwiec",
    "jul july juli juil juillet julio lug luglio julho tem temmuz июл июль июля lip lipca lipiec",
    "aug august août aou aout agosto ago ağu ağustos авг август августа sie sierpnia sierpień "
    "augustus augusti",
    "sep sept september septembre septiembre set settembre setembro eyl eylül сен сент сентябрь "
    "сентября wrz września wrzesień",
    "oct october okt oktober octobre octubre ott ottobre out outubro eki ekim окт октябрь октября "
    "paź października październik",
    "nov november novembre noviembre novembro kas kasım ноя нояб ноябрь ноября lis listopada "
    "listopad",
    "dec december dez dezember déc décembre dic diciembre dicembre dezembro ara aralık дек декабрь "
    "декабря gru grudnia grudzień",
)
ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_OF = {word: ENGLISH[i] for i, words in enumerate(MONTHS) for word in words.split()}
#: Words beside a date that say nothing new.
_IDLE = (
    "mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday tues "
    "weds thur thurs montag dienstag mittwoch donnerstag freitag samstag sonntag mo di mi do fr sa "
    "so lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes "
    "sábado domingo lunedì martedì mercoledì giovedì venerdì de del of den le the st nd rd th uhr г"
)
IDLE = frozenset(_IDLE.split())
KEPT = frozenset(("am", "pm", "a", "p", "t", "w", "q"))

#: Days as strptime reads them, once months are English abbreviations and commas are gone.
DAYS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d.%m.%y", "%m/%d/%Y", "%d/%m/%Y"),
    *("%m/%d/%y", "%d/%m/%y", "%m-%d-%Y", "%d-%m-%Y", "%d-%m-%y", "%m-%d-%y", "%y/%m/%d"),
    *("%y-%m-%d", "%b %d %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y", "%d/%b/%y"),
    *("%d.%b.%Y", "%d %b %y", "%d%b%Y", "%d%b%y", "%Y-%b-%d", "%Y %b %d", "%Y%b%d", "%b-%d-%Y"),
    *("%b/%d/%Y", "%b %d %y", "%Y%m%d", "%Y %m %d", "%d %m %Y"),
    *("%b-%y", "%b %y", "%b %Y", "%b-%Y", "%b/%Y", "%b/%y", "%Y-%b", "%Y %b", "%y-%b", "%Y-%m"),
    *("%m/%Y", "%m.%Y", "%m-%Y", "%Y/%m", "%Y.%m", "%b%Y", "%b%y", "%Y%b", "%YM%m", "%Y:%m"),
)
TIMES = (
    *("", " %H:%M:%S", " %H:%M", "T%H:%M:%S", "T%H:%M", " %H:%M:%S.%f", "T%H:%M:%S.%f"),
    *(" %H%M%S", " %H%M", " %H%M%S%f", "T%H%M%S", "T%H%M", ":%H:%M:%S", " %H.%M", " %H.%M.%S"),
    *(" %I:%M %p", " %I:%M:%S %p", " %I:%M%p", " %I %p", " %I-%p", " %I:%M:%S.%f %p", " %H"),
)
#: Those that cannot be taken for a part of the day.
CLEAR_TIMES = tuple(time for time in TIMES if not time or ":" in time or "%p" in time)
#: Digits alone: their number, and how strptime reads them.
COMPACT = {
    6: ("%Y%m", "%y%m%d"),
    8: ("%Y%m%d", "%d%m%Y"),
    10: ("%Y%m%d%H",),
    12: ("%Y%m%d%H%M",),
    14: ("%Y%m%d%H%M%S",),
    17: ("%Y%m%d%H%M%S%f",),
}
#: Unix times: the unit, and between which sizes numbers are in it (from 1973 to 2286).
UNITS = (("s", 1e8, 1e10), ("ms", 1e11, 1e13), ("us", 1e14, 1e16), ("ns", 1e17, 1e19))
UNIT_NAMES = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
#: Days since 1899-12-30, as spreadsheets count, between 1927 and 2119.
EXCEL = (10_000, 80_000)
QUARTER = re.compile(
    r"(?:(?P<y1>\d{4})\s*[-:./ ]?\s*Q(?P<q1>[1-4])|Q(?P<q2>[1-4])\s*[-:./ ]?\s*(?P<y2>\d{4})"
    r"|(?P<q3>[1-4])Q\s*[-:./ ]?\s*(?P<y3>\d{4}))",
    re.IGNORECASE,
)
WEEK = re.compile(r"(?P<y>\d{4})-?W(?P<w>\d{1,2})(?:-?(?P<d>[1-7]))?", re.IGNORECASE)

#: A zone behind a time: Z, UTC, +01:00, +00, GMT+0100, EST, US/Eastern.
ZONED = re.compile(
    r"(?:\d:\d\d(?::\d\d(?:[.,]\d+)?)?|T\d{4}(?:\d\d)?)(?P<zone>\s*Z|\s*\[?[A-Z][A-Za-z]+/[A-Za-z_]+\]?"
    r"|\s*(?!AM\b|PM\b)[A-Z]{2,4}(?:\s*[+-]\d{1,2}(?::?\d{2})?)?|\s*[+-]\d{2}(?::?\d{2})?"
    r"(?:\s*\[[A-Za-z/_]+\]|\s*[A-Z]{3,4}|\s*\([A-Za-z ]+\))?)$"
)
#: Times of day in a column of their own.
CLOCK = re.compile(
    r"(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,:](?P<f>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?:[A-Z]{2,4}|[+-]\d{2}:?\d{2})?"
)
SHAPES = {
    "%Y": r"\d{4}", "%y": r"\d{2}(?!\d)", "%M": r"\d{2}", "%S": r"\d{2}", "%f": r"\d{1,9}",
    "%m": r"\d{1,2}", "%d": r"\d{1,2}", "%H": r"\d{1,2}", "%I": r"\d{1,2}", "%p": r"[ap]m",
    "%b": r"[A-Za-z]{3}",
}  # fmt: skip
WORDS = frozenset((*DATE_NAMES, *TIME_NAMES))


def plain(name: str) -> str:
    """Return a column's name in lower case, marks as blanks, a number before it taken off."""
    bare = re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
    return re.sub(r"^\d+ (?=\D)", "", bare.strip())


def rank(name: str, names: tuple[str, ...]) -> int | None:
    """Return where a column's name stands among names: as a whole, else by one of its words."""
    bare = plain(name)
    joined = bare.replace(" ", "")
    for i, known in enumerate(names):
        if bare == known or joined == known.replace(" ", ""):
            return i
    words = set(bare.split())
    found = [i for i, known in enumerate(names) if known in words]
    return len(names) + found[0] if found else None
