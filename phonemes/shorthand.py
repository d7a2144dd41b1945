"""What is written short and read long: abbreviations, units of measure, signs."""

from types import MappingProxyType

ABBREVIATIONS = MappingProxyType(
    {
        short: tuple(long.split())
        for short, long in {
            "dr": "doctor",
            "mr": "mister",
            "mrs": "missus",
            "ms": "ms",
            "prof": "professor",
            "jr": "junior",
            "sr": "senior",
            "mt": "mount",
            "ave": "avenue",
            "rd": "road",
            "jl": "jalan",
            "etc": "et cetera",
            "vs": "versus",
            "approx": "approximately",
            "dept": "department",
            "govt": "government",
            "ltd": "limited",
            "inc": "incorporated",
            "fig": "figure",
            "vol": "volume",
            "ch": "chapter",
            "pp": "pages",
            "tel": "telephone",
            "cf": "compare",
            "mon": "monday",
            "tue": "tuesday",
            "tues": "tuesday",
            "wed": "wednesday",
            "thu": "thursday",
            "thurs": "thursday",
            "fri": "friday",
        }.items()
    }
)
"""Abbreviations that end in a full stop, without it; also those of `UNDOTTED` without one."""

UNDOTTED = frozenset({"dr", "mr", "mrs", "prof", "jr", "etc", "vs"})
"""Abbreviations also read long when the full stop is missing."""

CAPITALISED = frozenset({"mon", "wed", "fri", "thu", "tue", "mt", "ch", "fig", "rd", "inc", "jl"})
"""Abbreviations that are such only with a capital, since the small form is a word or a sentence's end."""

LATIN = MappingProxyType({"e.g": ("for", "example"), "i.e": ("that", "is")})
"""Dotted letters that are read as words."""

APHERETIC = frozenset({"'em", "'til", "'cause", "'twas", "'tis", "'bout", "'course", "'round", "'cuz"})
"""Words that begin with an apostrophe; before any other word it is a quotation mark."""

UNITS = MappingProxyType(
    {
        sign: (tuple(one.split()), tuple(many.split()))
        for sign, one, many in (
            ("km/h", "kilometre per hour", "kilometres per hour"),
            ("m/s", "metre per second", "metres per second"),
            ("mph", "mile per hour", "miles per hour"),
            ("km", "kilometre", "kilometres"),
            ("hm", "hectometre", "hectometres"),
            ("m", "metre", "metres"),
            ("cm", "centimetre", "centimetres"),
            ("mm", "millimetre", "millimetres"),
            ("km^2", "square kilometre", "square kilometres"),
            ("km2", "square kilometre", "square kilometres"),
            ("m^2", "square metre", "square metres"),
            ("m2", "square metre", "square metres"),
            ("cm^2", "square centimetre", "square centimetres"),
            ("cm2", "square centimetre", "square centimetres"),
            ("m^3", "cubic metre", "cubic metres"),
            ("m3", "cubic metre", "cubic metres"),
            ("cm^3", "cubic centimetre", "cubic centimetres"),
            ("cm3", "cubic centimetre", "cubic centimetres"),
            ("ha", "hectare", "hectares"),
            ("ft", "foot", "feet"),
            ("kg", "kilogram", "kilograms"),
            ("g", "gram", "grams"),
            ("mg", "milligram", "milligrams"),
            ("lb", "pound", "pounds"),
            ("lbs", "pound", "pounds"),
            ("oz", "ounce", "ounces"),
            ("l", "litre", "litres"),
            ("L", "litre", "litres"),
            ("ml", "millilitre", "millilitres"),
            ("mL", "millilitre", "millilitres"),
            ("°C", "degree celsius", "degrees celsius"),
            ("°F", "degree fahrenheit", "degrees fahrenheit"),
            ("° C", "degree celsius", "degrees celsius"),
            ("° F", "degree fahrenheit", "degrees fahrenheit"),
            ("°", "degree", "degrees"),
            ("%", "percent", "percent"),
            ("s", "second", "seconds"),
            ("sec", "second", "seconds"),
            ("min", "minute", "minutes"),
            ("h", "hour", "hours"),
            ("hr", "hour", "hours"),
            ("hrs", "hour", "hours"),
            ("KB", "kilobyte", "kilobytes"),
            ("MB", "megabyte", "megabytes"),
            ("GB", "gigabyte", "gigabytes"),
            ("TB", "terabyte", "terabytes"),
            ("Hz", "hertz", "hertz"),
            ("kHz", "kilohertz", "kilohertz"),
            ("MHz", "megahertz", "megahertz"),
            ("GHz", "gigahertz", "gigahertz"),
            ("W", "watt", "watts"),
            ("kW", "kilowatt", "kilowatts"),
            ("kWh", "kilowatt hour", "kilowatt hours"),
            ("V", "volt", "volts"),
            ("kcal", "kilocalorie", "kilocalories"),
        )
    }
)
"""Unit sign after a number -> its words for one, and for any other number."""

UNITS_ALONE = frozenset({"km", "cm", "mm", "kg", "mg", "ml", "km/h", "kW", "kHz", "MHz", "GHz"})
"""Units read long even without a number before them ("how many kg?")."""

SIGNS = MappingProxyType(
    {
        "&": ("and",),
        "+": ("plus",),
        "=": ("equals",),
        "@": ("at",),
        "%": ("percent",),
        "×": ("times",),
        "÷": ("divided", "by"),
        "^2": ("squared",),
        "^3": ("cubed",),
    }
)
"""Signs that are spoken wherever they stand."""

_NUMERALS = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX XXI"

ROMAN = MappingProxyType({numeral: number for number, numeral in enumerate(_NUMERALS.split(), start=1)})
"""Roman numerals of school books."""

COUNTED = frozenset({"war", "chapter", "part", "unit", "section", "volume", "act", "scene", "class", "grade", "phase"})
"""Capitalised words after which a Roman numeral is a count ("Chapter IV"); after a name it is a rank."""
