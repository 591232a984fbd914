"""Invent names, comments and ticket subjects."""

import re
import unicodedata

import numpy as np

from fernwick.chance import between

GIVEN_NAMES = {
    "DE": "Anke Jürgen Maren Till Käthe Lennart Sönke Ilka".split(),
    "PL": "Łukasz Zofia Bartosz Małgorzata Kacper Jagoda Wojciech Hanna".split(),
    "ES": "Begoña Íñigo Marta Álvaro Nuria Jordi Rocío Andrés".split(),
    "MX": "Ximena Joaquín Itzel Raúl Fernanda Emilio Lucía Iván".split(),
    "ID": "Putri Budi Dewi Agus Rizky Sari Wayan Intan".split(),
    "TH": "สมชาย มาลี อรุณ กานดา ปิติ ชูใจ วีระ สุดา".split(),
    "TW": "怡君 志明 雅婷 家豪 淑芬 冠宇 佩珊 建宏".split(),
    "NL": "Sjoerd Femke Joost Anouk Daan Marijke Thijs Noor".split(),
    "": "Maya Owen Priya Zoë Calvin Ruth Amara Felix".split(),
}
FAMILY_NAMES = {
    "DE": "Brückner Vogt Kästner Ohlsen Rühl Seifert".split(),
    "PL": "Wróbel Zając Kępa Sowa Gołąb Dąbek".split(),
    "ES": "Peñalba Ibáñez Carrión Luengo Saavedra Montes".split(),
    "MX": "Barragán Ocampo Tejeda Villaseñor Robledo Cano".split(),
    "ID": "Wijaya Santoso Hartono Lestari Pratama Kusuma".split(),
    "TH": "ใจดี ศรีสุข ทองคำ วงศ์ดี แสงทอง บุญมา".split(),
    "TW": "林 陳 黃 張 吳 蔡".split(),
    "NL": "de Wit/van Aken/Hoekstra/Bakema/ten Broek/Mulderij".split("/"),
    "": "Hale Okafor Lindqvist Mercer D'Arcy Whitlock".split(),
}
COMPANY_FIRST = (
    "Amber Birch Cobalt Dapple Ember Flint Gale Harrow Indigo Juniper Kestrel Larch "
    "Maple Nimbus Ochre Pebble Quarry Rowan Sable Tansy Umber Vesper Willow Yarrow"
).split()
COMPANY_SECOND = (
    "bridge brook cast craft field forge gate haven ley line mark mill port reach "
    "ridge row stead stone thorn vale ware way works yard"
).split()
COMPANY_ENDING = ("", "", "", " Studio", " Labs", " GmbH", " Ltd", " & Co", " S.L.")

# Comments by language and group. Each group has several themes.
COMMENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "promoter": (
            "Templates save us hours every week.",
            "Easy to use, the whole team was working in it after a day.",
            "Support answered within minutes. Love it!",
            "The weekly report is exactly what my boss wants to see.",
            "Integrations with chat and calendar just work.",
            "Best project tool we have tried so far, simple and fast.",
        ),
        "passive": (
            "Good, but the mobile app is slow.",
            "Does the job. Reports could be more flexible.",
            "Fine for small projects, calendar sync is missing.",
            "Solid tool; the price is getting high for us.",
        ),
        "detractor": (
            "Too expensive for what it does.",
            "The app is slow and loses my filters.",
            "Setup was confusing, nobody on the team finished it.",
            "Missing time tracking, so we still need a second tool.",
            "Waited three days for an answer from support.",
        ),
        "payment": (
            "My card was declined although it works everywhere else.",
            "Payment failed twice in March and we were locked out.",
        ),
    },
    "de": {
        "promoter": (
            "Die Vorlagen sparen uns jede Woche Stunden.",
            "Übersichtlich, schnell und der Support ist großartig.",
            "Endlich ein Werkzeug, das alle im Team gern benutzen.",
        ),
        "passive": (
            "Gut, aber die App auf dem Handy ist langsam.",
            "Erfüllt seinen Zweck; die Berichte könnten flexibler sein.",
        ),
        "detractor": (
            "Zu teuer für das, was es kann.",
            "Die Einrichtung war unübersichtlich, wir haben aufgegeben.",
            "Zeiterfassung fehlt, und der Support antwortet spät.",
        ),
        "payment": ("Unsere Karte wurde im März abgelehnt, obwohl sie gültig ist.",),
    },
    "pl": {
        "promoter": (
            "Szablony oszczędzają nam mnóstwo czasu.",
            "Prosty i szybki, cały zespół z niego korzysta.",
        ),
        "passive": ("Dobre narzędzie, ale aplikacja mobilna działa wolno.",),
        "detractor": (
            "Za drogo jak na te możliwości.",
            "Konfiguracja była niejasna, pomoc odpowiada po kilku dniach.",
        ),
        "payment": ("Płatność kartą została odrzucona bez powodu.",),
    },
    "es": {
        "promoter": (
            "Las plantillas nos ahorran horas cada semana.",
            "Fácil de usar y el soporte responde enseguida. ¡Genial!",
        ),
        "passive": ("Está bien, pero los informes podrían ser más flexibles.",),
        "detractor": (
            "Demasiado caro para lo que ofrece.",
            "La configuración es confusa y la aplicación va lenta.",
        ),
        "payment": ("El pago con tarjeta falló y perdimos el acceso.",),
    },
    "id": {
        "promoter": (
            "Templatnya sangat membantu, hemat waktu tim kami.",
            "Mudah dipakai dan dukungannya cepat.",
        ),
        "passive": ("Cukup bagus, tetapi aplikasi di ponsel lambat.",),
        "detractor": (
            "Terlalu mahal untuk tim kecil.",
            "Pengaturan awal membingungkan.",
        ),
        "payment": ("Pembayaran kartu saya ditolak padahal saldo cukup.",),
    },
    "th": {
        "promoter": (
            "เทมเพลตช่วยประหยัดเวลาได้มาก",
            "ใช้งานง่าย ทีมซัพพอร์ตตอบเร็วมาก",
        ),
        "passive": ("โดยรวมดี แต่แอปมือถือช้า",),
        "detractor": ("ราคาแพงเกินไป", "ตั้งค่ายากและแอปช้า"),
        "payment": ("บัตรถูกปฏิเสธทั้งที่ใช้ได้ตามปกติ",),
    },
    "zh": {
        "promoter": ("範本幫我們省下很多時間。", "介面簡單好用，客服回覆很快！"),
        "passive": ("還不錯，但手機版有點慢。",),
        "detractor": ("價格太貴了。", "設定太複雜，而且常常很慢。"),
        "payment": ("信用卡付款失敗，帳號被停用。",),
    },
}

# Ticket topics: (share, tags, subjects by language; English where missing).
TICKET_TOPICS: dict[str, tuple[float, str, dict[str, tuple[str, ...]]]] = {
    "how_to": (
        0.28,
        "how_to",
        {
            "en": (
                "How do I copy a project?",
                "Where can I change the due date?",
                "Can guests see private tasks?",
            ),
            "de": ("Wie kopiere ich ein Projekt?",),
            "es": ("¿Cómo copio un proyecto?",),
        },
    ),
    "bug": (
        0.21,
        "bug",
        {
            "en": (
                "Board does not load",
                "Filters are lost after reload",
                "Comments appear twice",
            ),
            "de": ("Board lädt nicht",),
            "pl": ("Tablica się nie ładuje",),
        },
    ),
    "slow_app": (
        0.13,
        "performance mobile",
        {
            "en": ("Mobile app very slow", "App hangs when opening large boards"),
            "th": ("แอปช้ามาก",),
            "zh": ("手機版很慢",),
        },
    ),
    "integration": (
        0.13,
        "integration",
        {
            "en": ("Calendar sync stopped", "Chat notifications do not arrive"),
            "de": ("Kalenderabgleich funktioniert nicht",),
        },
    ),
    "report": (
        0.10,
        "report export",
        {"en": ("Report export is empty", "CSV export has wrong totals")},
    ),
    "invoice": (
        0.10,
        "billing invoice",
        {
            "en": ("Need an invoice with our VAT number", "Question about my invoice"),
            "de": ("Rechnung mit USt-IdNr. benötigt",),
            "pl": ("Prośba o fakturę VAT",),
        },
    ),
    "access": (
        0.05,
        "access login",
        {"en": ("Cannot log in", "Invitation link expired")},
    ),
}
PAYMENT_SUBJECTS = {
    "en": (
        "Card declined but it works elsewhere",
        "Payment failed, please help",
        "Locked out after failed payment",
    ),
    "de": ("Karte abgelehnt, Zahlung fehlgeschlagen",),
    "pl": ("Płatność kartą odrzucona",),
    "es": ("Pago rechazado con tarjeta válida",),
    "id": ("Pembayaran gagal, kartu ditolak",),
    "th": ("ชำระเงินไม่สำเร็จ บัตรถูกปฏิเสธ",),
    "zh": ("信用卡付款失敗",),
}


def choose(rng: np.random.Generator, options: tuple[str, ...] | list[str]) -> str:
    """Return one of the options, all equally likely."""
    return options[between(rng, 0, len(options))]


def person_name(rng: np.random.Generator, country: str) -> str:
    """Return a full name that fits the country."""
    given = choose(rng, GIVEN_NAMES.get(country, GIVEN_NAMES[""]))
    family = choose(rng, FAMILY_NAMES.get(country, FAMILY_NAMES[""]))
    return family + given if country == "TW" else f"{given} {family}"


def company_name(rng: np.random.Generator, number: int) -> str:
    """Return an invented company name; a number repeats no name soon."""
    first = COMPANY_FIRST[number % len(COMPANY_FIRST)]
    second = COMPANY_SECOND[number // len(COMPANY_FIRST) % len(COMPANY_SECOND)]
    return first + second + choose(rng, COMPANY_ENDING)


def domain_of(company: str, number: int) -> str:
    """Return the e-mail domain of a company, below example.com."""
    plain = unicodedata.normalize("NFKD", company.split()[0]).encode("ascii", "ignore")
    return f"{re.sub('[^a-z]', '', plain.decode().lower())}{number}.example.com"


def local_part(name: str) -> str:
    """Return the Latin letters of a name for an e-mail address, or "user"."""
    plain = name.replace("ł", "l").replace("Ł", "L")
    letters = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    words = re.findall("[a-z]+", letters.lower())
    return ".".join(words) or "user"


def comment(rng: np.random.Generator, language: str, group: str) -> str:
    """Return a comment of a group: promoter, passive, detractor or payment."""
    return choose(rng, COMMENTS[language][group])


def ticket_subject(rng: np.random.Generator, language: str, topic: str) -> str:
    """Return a subject in the person's language where there is one."""
    subjects = PAYMENT_SUBJECTS if topic == "payment" else TICKET_TOPICS[topic][2]
    return choose(rng, subjects.get(language, subjects["en"]))


def tags_of(topic: str) -> str:
    """Return the tags of a ticket topic, separated by blanks."""
    return "billing failed_payment" if topic == "payment" else TICKET_TOPICS[topic][1]
