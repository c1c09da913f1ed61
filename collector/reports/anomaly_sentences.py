"""The sentences of ``report anomalies``, in Indonesian and English."""

from __future__ import annotations

INDONESIAN: dict[str, str] = {
    "anomalies.title": "Yang tidak seperti biasanya",
    "anomalies.none": "Semuanya seperti biasa, dan tidak ada pintu yang meragukan.",
    "anomalies.found": "{n} kali tidak seperti biasanya.",
    "anomalies.found.1": "Satu kali tidak seperti biasanya.",
    "anomalies.doors": "{n} tanda bahwa pintu mungkin tidak menghitung dengan baik.",
    "anomalies.doors.1": "Satu tanda bahwa pintu mungkin tidak menghitung dengan baik.",
    "anomalies.short": "{n} pintu belum cukup lama dihitung (14 hari) untuk mengetahui kebiasaannya.",
    "anomalies.short.1": "Satu pintu belum cukup lama dihitung (14 hari) untuk mengetahui kebiasaannya.",
    "anomalies.method": (
        "Kebiasaan dipelajari per pintu dari jam yang tercatat, hingga setahun ke belakang: tingkat setiap "
        "jam dalam sepekan, beda antarhari, dan kebetulan (binomial negatif). Yang menyimpang tidak ikut "
        "dipelajari. Rentang memuat 95 dari 100 hari."
    ),
    "anomalies.unusual": "Jam dan hari yang tidak biasa",
    "anomalies.suspicions": "Pintu yang perlu diperiksa",
    "anomalies.what": "Apa",
    "anomalies.when": "Jam",
    "anomalies.until": "Hingga",
    "anomalies.low": "Biasanya dari",
    "anomalies.high": "sampai",
    "anomalies.level": "Kelangkaan",
    "anomalies.why": "Penjelasan",
    "anomalies.charted": "Batang: yang masuk lewat {door}.",
    "anomalies.charted_all": "Batang: yang masuk lewat semua pintu.",
    "anomalies.all_day": "sehari",
    "anomalies.hours": "{day} {hours}: {counted} masuk, biasanya {low}–{high}.",
    "anomalies.day": "{day}: {counted} masuk dalam sehari, biasanya {low}–{high}.",
    "anomalies.kind.more": "lebih ramai",
    "anomalies.kind.fewer": "lebih sepi",
    "anomalies.kind.busy_day": "hari ramai",
    "anomalies.kind.quiet_day": "hari sepi",
    "anomalies.suspicion.dead.name": "tidak ada orang",
    "anomalies.suspicion.dead": (
        "{hours} jam buka sejak {since} tanpa seorang pun, biasanya {expected} orang. Periksa sensor dan kabelnya."
    ),
    "anomalies.suspicion.one_way.name": "satu arah saja",
    "anomalies.suspicion.one_way": "{into} masuk dan {out} keluar. Periksa kedua berkas atau arah sensor.",
    "anomalies.suspicion.drift.name": "masuk dan keluar berbeda",
    "anomalies.suspicion.drift": (
        "{into} masuk dan {out} keluar dalam 7 hari, selisih {percent}. Pastikan sensor rata."
    ),
    "anomalies.suspicion.night.name": "orang saat tutup",
    "anomalies.suspicion.night": (
        "{into} masuk dan {out} keluar saat perpustakaan tutup. Petugas, atau ada yang bergerak di depan sensor?"
    ),
}

ENGLISH: dict[str, str] = {
    "anomalies.title": "What was not as usual",
    "anomalies.none": "Everything was as usual, and no door gives reason to doubt it.",
    "anomalies.found": "{n} times it was not as usual.",
    "anomalies.found.1": "Once it was not as usual.",
    "anomalies.doors": "{n} signs that a door may not count well.",
    "anomalies.doors.1": "One sign that a door may not count well.",
    "anomalies.short": "{n} doors have not been counted for long enough (14 days) to know what is usual.",
    "anomalies.short.1": "One door has not been counted for long enough (14 days) to know what is usual.",
    "anomalies.method": (
        "What is usual is learnt door by door from counted hours, up to a year back: the level of each hour "
        "of the week, how much days differ, and chance (negative binomial). What is out of the ordinary is "
        "not learnt from. A range holds 95 of 100 such days."
    ),
    "anomalies.unusual": "Unusual hours and days",
    "anomalies.suspicions": "Doors to look at",
    "anomalies.what": "what",
    "anomalies.when": "hours",
    "anomalies.until": "until",
    "anomalies.low": "expected from",
    "anomalies.high": "to",
    "anomalies.level": "rarity",
    "anomalies.why": "why",
    "anomalies.charted": "Bars: who came in by {door}.",
    "anomalies.charted_all": "Bars: who came in by all doors.",
    "anomalies.all_day": "all day",
    "anomalies.hours": "{day} {hours}: {counted} in, expected {low}–{high}.",
    "anomalies.day": "{day}: {counted} in all day, expected {low}–{high}.",
    "anomalies.kind.more": "more people",
    "anomalies.kind.fewer": "fewer people",
    "anomalies.kind.busy_day": "busy day",
    "anomalies.kind.quiet_day": "quiet day",
    "anomalies.suspicion.dead.name": "nobody",
    "anomalies.suspicion.dead": (
        "{hours} open hours from {since} on without anybody, where {expected} people are usual. Check the "
        "sensor and its cable."
    ),
    "anomalies.suspicion.one_way.name": "one way only",
    "anomalies.suspicion.one_way": "{into} in and {out} out. Check both beams, or which way the sensor looks.",
    "anomalies.suspicion.drift.name": "in and out differ",
    "anomalies.suspicion.drift": (
        "{into} in and {out} out in 7 days, {percent} apart. Check that the sensor is level."
    ),
    "anomalies.suspicion.night.name": "people while closed",
    "anomalies.suspicion.night": (
        "{into} in and {out} out while the library was closed. Staff, or something moving before the sensor?"
    ),
}
