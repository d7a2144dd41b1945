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
            ("km/h", "kilometer per hour", "kilometers per hour"),
            ("m/s", "meter per second", "meters per second"),
            ("mph", "mile per hour", "miles per hour"),
            ("km", "kilometer", "kilometers"),
            ("m", "meter", "meters"),
            ("cm", "centimeter", "centimeters"),
            ("mm", "millimeter", "millimeters"),
            ("km^2", "square kilometer", "square kilometers"),
            ("km2", "square kilometer", "square kilometers"),
            ("m^2", "square meter", "square meters"),
            ("m2", "square meter", "square meters"),
            ("cm^2", "square centimeter", "square centimeters"),
            ("cm2", "square centimeter", "square centimeters"),
            ("m^3", "cubic meter", "cubic meters"),
            ("m3", "cubic meter", "cubic meters"),
            ("cm^3", "cubic centimeter", "cubic centimeters"),
            ("cm3", "cubic centimeter", "cubic centimeters"),
            ("ha", "hectare", "hectares"),
            ("ft", "foot", "feet"),
            ("kg", "kilogram", "kilograms"),
            ("g", "gram", "grams"),
            ("mg", "milligram", "milligrams"),
            ("lb", "pound", "pounds"),
            ("lbs", "pound", "pounds"),
            ("oz", "ounce", "ounces"),
            ("l", "liter", "liters"),
            ("L", "liter", "liters"),
            ("ml", "milliliter", "milliliters"),
            ("mL", "milliliter", "milliliters"),
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
            ("kHz", "kilo hertz", "kilo hertz"),
            ("MHz", "megahertz", "megahertz"),
            ("W", "watt", "watts"),
            ("kW", "kilowatt", "kilowatts"),
            ("kWh", "kilowatt hour", "kilowatt hours"),
            ("V", "volt", "volts"),
            ("kcal", "kilo calorie", "kilo calories"),
        )
    }
)
"""Unit sign after a number -> its words for one, and for any other number."""

UNITS_ALONE = frozenset({"km", "cm", "mm", "kg", "mg", "ml", "km/h", "kW", "kHz", "MHz"})
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
