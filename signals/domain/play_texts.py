"""The plays that the product comes with, in its three languages; the vendor may edit each.

Steps are (days, English, German, Indonesian). These texts are content and not interface: they are
copied into tasks and versions, and so they do not live in the catalogs of translations.
"""

from typing import Final

from signals.domain.plays import Mail, PlayText, Step
from signals.domain.tasks import Play

_Row = tuple[int, str, str, str]


def _play(steps: tuple[_Row, ...], en: Mail, de: Mail, id_: Mail) -> PlayText:
    return PlayText(
        steps=tuple(Step({"en": e, "de": d, "id": i}, days) for days, e, d, i in steps),
        mails={"en": en, "de": de, "id": id_},
    )


PLAY_TEXTS: Final[dict[Play, PlayText]] = {
    Play.ADD_SEATS: _play(
        (
            (
                0,
                "Look at who works or waits without a seat, and which seats are idle.",
                "Ansehen, wer ohne Lizenzplatz arbeitet oder wartet und welche Plätze ungenutzt sind.",
                "Lihat siapa yang bekerja atau menunggu tanpa kursi, dan kursi mana yang menganggur.",
            ),
            (
                1,
                "Write to the admin with the figures and the offer.",
                "Der Administration mit den Zahlen und dem Angebot schreiben.",
                "Tulis ke admin dengan angka dan penawarannya.",
            ),
            (
                3,
                "Call if there is no answer; offer to hand over idle seats first.",
                "Ohne Antwort anrufen; zuerst anbieten, ungenutzte Plätze weiterzugeben.",
                "Telepon jika tidak ada jawaban; tawarkan dulu mengalihkan kursi yang menganggur.",
            ),
            (
                5,
                "Agree on the number of seats and the day.",
                "Zahl der Plätze und Tag vereinbaren.",
                "Sepakati jumlah kursi dan harinya.",
            ),
        ),
        Mail(
            "{account}: {assigned} of {purchased} seats are assigned",
            "Hello {contact},\n\n{active} people at {account} use the product, and {assigned} of your {purchased} seats are assigned.\n{waiting} people work or wait without a seat.\nWith {seats} more seats everybody can start at once; that is about {value} a year. You see the price to the cent before you confirm anything.\n\nShall we look at it together this week?\n\n{sender}",
        ),
        Mail(
            "{account}: {assigned} von {purchased} Plätzen sind vergeben",
            "Guten Tag {contact},\n\nbei {account} arbeiten {active} Personen mit dem Produkt, {assigned} Ihrer {purchased} Plätze sind vergeben.\n{waiting} Personen arbeiten oder warten ohne Platz.\nMit {seats} weiteren Plätzen können alle sofort beginnen; das sind etwa {value} im Jahr. Den Preis sehen Sie auf den Cent genau, bevor Sie etwas bestätigen.\n\nWollen wir uns das diese Woche gemeinsam ansehen?\n\n{sender}",
        ),
        Mail(
            "{account}: {assigned} dari {purchased} kursi sudah terpakai",
            "Halo {contact},\n\n{active} orang di {account} memakai produk ini, dan {assigned} dari {purchased} kursi sudah diberikan.\n{waiting} orang bekerja atau menunggu tanpa kursi.\nDengan tambahan {seats} kursi semua orang bisa langsung mulai; kira-kira {value} setahun. Harga persisnya terlihat sebelum Anda mengonfirmasi apa pun.\n\nBisakah kita membahasnya minggu ini?\n\n{sender}",
        ),
    ),
    Play.NEW_DEPARTMENT: _play(
        (
            (
                0,
                "Find out what the new team works on, and who leads it.",
                "Herausfinden, woran das neue Team arbeitet und wer es leitet.",
                "Cari tahu apa yang dikerjakan tim baru dan siapa pemimpinnya.",
            ),
            (
                2,
                "Ask a champion for an introduction.",
                "Eine Fürsprecherin oder einen Fürsprecher um Vorstellung bitten.",
                "Minta seorang champion untuk memperkenalkan.",
            ),
            (
                4,
                "Show what the first department reached, in the new team's words.",
                "Zeigen, was die erste Abteilung erreicht hat, in den Worten des neuen Teams.",
                "Tunjukkan hasil departemen pertama dengan bahasa tim baru.",
            ),
            (
                7,
                "Name a sponsor, and agree on a first wave of at most ten people.",
                "Eine verantwortliche Person benennen und eine erste Gruppe von höchstens zehn Personen vereinbaren.",
                "Tentukan sponsor dan sepakati gelombang pertama paling banyak sepuluh orang.",
            ),
        ),
        Mail(
            "{account}: what your colleagues reached, for your team",
            "Hello {contact},\n\n{active} people at {account} work with the product already.\nI would like to show {department} what they use it for, and how long it took them.\n\nWould 20 minutes next week suit you?\n\n{sender}",
        ),
        Mail(
            "{account}: was Ihre Kolleginnen und Kollegen erreicht haben",
            "Guten Tag {contact},\n\nbei {account} arbeiten bereits {active} Personen mit dem Produkt.\nGern zeige ich {department}, wofür sie es einsetzen und wie lange der Anfang gedauert hat.\n\nPassen Ihnen 20 Minuten in der nächsten Woche?\n\n{sender}",
        ),
        Mail(
            "{account}: hasil rekan Anda, untuk tim Anda",
            "Halo {contact},\n\n{active} orang di {account} sudah memakai produk ini.\nSaya ingin menunjukkan kepada {department} untuk apa mereka memakainya dan berapa lama memulainya.\n\nApakah 20 menit minggu depan cocok?\n\n{sender}",
        ),
    ),
    Play.ENABLE_CHAMPIONS: _play(
        (
            (
                0,
                "Choose the two people who use most of the product.",
                "Die beiden Personen wählen, die am meisten vom Produkt nutzen.",
                "Pilih dua orang yang paling banyak memakai produk.",
            ),
            (
                2,
                "Ask what they gained, and note the figure.",
                "Fragen, was sie gewonnen haben, und die Zahl festhalten.",
                "Tanyakan manfaat yang mereka peroleh dan catat angkanya.",
            ),
            (
                4,
                "Offer them the business case and a session for colleagues.",
                "Ihnen den Business Case und eine Runde für Kolleginnen und Kollegen anbieten.",
                "Tawarkan kepada mereka business case dan satu sesi untuk rekan kerja.",
            ),
            (
                8,
                "Ask whom else they would bring.",
                "Fragen, wen sie noch dazuholen würden.",
                "Tanyakan siapa lagi yang akan mereka ajak.",
            ),
        ),
        Mail(
            "What your team reached with the product",
            "Hello {contact},\n\nyour team is among those that get most out of the product.\nMay I ask what it saves you? I would put the figures into a page that you can show to others at {account}.\n\n{sender}",
        ),
        Mail(
            "Was Ihr Team mit dem Produkt erreicht",
            "Guten Tag {contact},\n\nIhr Team gehört zu denen, die am meisten aus dem Produkt holen.\nDarf ich fragen, was es Ihnen erspart? Ich fasse die Zahlen auf einer Seite zusammen, die Sie bei {account} zeigen können.\n\n{sender}",
        ),
        Mail(
            "Hasil tim Anda dengan produk ini",
            "Halo {contact},\n\ntim Anda termasuk yang paling banyak memperoleh manfaat dari produk ini.\nBolehkah saya bertanya apa yang dihemat? Angkanya saya rangkum dalam satu halaman yang bisa Anda tunjukkan di {account}.\n\n{sender}",
        ),
    ),
    Play.CONVERT_SHARING: _play(
        (
            (
                0,
                "Read the kinds and counts of the evidence; do not name anybody.",
                "Arten und Zahlen der Hinweise lesen; niemanden benennen.",
                "Baca jenis dan jumlah bukti; jangan menyebut nama siapa pun.",
            ),
            (
                2,
                "Offer seats to the admin as help, not as an accusation.",
                "Der Administration Plätze als Hilfe anbieten, nicht als Vorwurf.",
                "Tawarkan kursi kepada admin sebagai bantuan, bukan tuduhan.",
            ),
            (
                6,
                "Ask whether it was one person, a role or a device after all.",
                "Fragen, ob es doch eine Person, eine Rolle oder ein Gerät war.",
                "Tanyakan apakah ternyata satu orang, satu peran, atau satu perangkat.",
            ),
        ),
        Mail(
            "{account}: a seat of their own for everybody",
            "Hello {contact},\n\nsome sign-ins at {account} look as if several people work with them. That makes security reviews harder, and everybody's figures blurred.\nYour Overview shows what we see; with {seats} more seats everybody gets their own.\nIf it is one person after all, tell us there with one click.\n\n{sender}",
        ),
        Mail(
            "{account}: ein eigener Platz für alle",
            "Guten Tag {contact},\n\neinige Anmeldungen bei {account} sehen so aus, als arbeiteten mehrere Personen damit. Das erschwert Sicherheitsprüfungen und macht die Zahlen aller ungenau.\nIhre Übersicht zeigt, was wir sehen; mit {seats} weiteren Plätzen bekommen alle einen eigenen.\nIst es doch eine Person, sagen Sie es uns dort mit einem Klick.\n\n{sender}",
        ),
        Mail(
            "{account}: kursi sendiri untuk setiap orang",
            "Halo {contact},\n\nbeberapa akun masuk di {account} tampaknya dipakai beberapa orang. Ini menyulitkan tinjauan keamanan dan mengaburkan angka setiap orang.\nRingkasan Anda menunjukkan apa yang kami lihat; dengan tambahan {seats} kursi setiap orang memiliki kursinya sendiri.\nJika ternyata hanya satu orang, beri tahu kami di sana dengan satu klik.\n\n{sender}",
        ),
    ),
    Play.ADOPTION: _play(
        (
            (
                0,
                "Find the seats nobody has used for 30 days, by department.",
                "Plätze, die 30 Tage niemand genutzt hat, nach Abteilung suchen.",
                "Cari kursi yang tidak dipakai 30 hari, per departemen.",
            ),
            (
                3,
                "Ask the admin what keeps people from using it.",
                "Die Administration fragen, was Menschen von der Nutzung abhält.",
                "Tanyakan kepada admin apa yang menghalangi orang memakainya.",
            ),
            (
                5,
                "Hold a session with the department that uses it least.",
                "Mit der Abteilung, die es am wenigsten nutzt, eine Runde halten.",
                "Adakan sesi dengan departemen yang paling jarang memakainya.",
            ),
            (
                20,
                "Compare active people with the day the play began.",
                "Aktive Personen mit dem ersten Tag der Maßnahme vergleichen.",
                "Bandingkan jumlah orang aktif dengan hari pertama langkah ini.",
            ),
        ),
        Mail(
            "{account}: more from the seats you have",
            "Hello {contact},\n\n{active} of your {purchased} seats were used in the last four weeks.\nBefore anything else we should look at why: a short session for the team, or other people for the idle seats.\n\nWhat would help most?\n\n{sender}",
        ),
        Mail(
            "{account}: mehr aus den vorhandenen Plätzen",
            "Guten Tag {contact},\n\nin den letzten vier Wochen wurden {active} Ihrer {purchased} Plätze genutzt.\nZuerst sollten wir ansehen, woran das liegt: eine kurze Runde für das Team, oder andere Personen für die ungenutzten Plätze.\n\nWas würde am meisten helfen?\n\n{sender}",
        ),
        Mail(
            "{account}: manfaat lebih dari kursi yang ada",
            "Halo {contact},\n\n{active} dari {purchased} kursi Anda dipakai dalam empat minggu terakhir.\nSebelum yang lain, sebaiknya kita lihat sebabnya: sesi singkat untuk tim, atau orang lain untuk kursi yang menganggur.\n\nApa yang paling membantu?\n\n{sender}",
        ),
    ),
    Play.KEEP_RELATIONSHIP: _play(
        (
            (
                0,
                "See who else at the account has spoken with us.",
                "Nachsehen, wer beim Kunden sonst mit uns gesprochen hat.",
                "Lihat siapa lagi di akun ini yang pernah berbicara dengan kita.",
            ),
            (
                1,
                "Ask for a handover with the successor.",
                "Um eine Übergabe mit der Nachfolge bitten.",
                "Minta serah terima dengan penggantinya.",
            ),
            (
                5,
                "Win a second contact in another department.",
                "Einen zweiten Kontakt in einer anderen Abteilung gewinnen.",
                "Dapatkan kontak kedua di departemen lain.",
            ),
        ),
        Mail(
            "{account}: getting to know each other",
            "Hello {contact},\n\nI look after {account} and would like to introduce myself: {active} people work with the product at your side.\nMay I show you what was agreed so far, in 20 minutes?\n\n{sender}",
        ),
        Mail(
            "{account}: kennenlernen",
            "Guten Tag {contact},\n\nich betreue {account} und möchte mich vorstellen: Bei Ihnen arbeiten {active} Personen mit dem Produkt.\nDarf ich Ihnen in 20 Minuten zeigen, was bisher vereinbart ist?\n\n{sender}",
        ),
        Mail(
            "{account}: perkenalan",
            "Halo {contact},\n\nsaya mendampingi {account} dan ingin memperkenalkan diri: {active} orang di tempat Anda memakai produk ini.\nBolehkah saya menunjukkan apa yang sudah disepakati, dalam 20 menit?\n\n{sender}",
        ),
    ),
}
