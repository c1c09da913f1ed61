"""The sentences of ``report occupancy``, in Indonesian and English."""

from __future__ import annotations

INDONESIAN: dict[str, str] = {
    "occupancy.title": "Berapa orang di dalam",
    "occupancy.levels": "Sepanjang hari",
    "occupancy.days": "Puncak setiap hari",
    "occupancy.time": "Waktu",
    "occupancy.inside": "Di dalam",
    "occupancy.band": "±",
    "occupancy.low": "Sekurangnya",
    "occupancy.high": "Sebanyaknya",
    "occupancy.peak_at": "Puncak pukul",
    "occupancy.peak": "Puncak",
    "occupancy.emptied": "Dinolkan pukul",
    "occupancy.imbalance": "Selisih keluar",
    "occupancy.sentence": "Terbanyak {n} ± {band} orang di dalam: {day}, pukul {time}.",
    "occupancy.none": "Untuk {period} tidak diketahui berapa orang di dalam; itu bukan nol.",
    "occupancy.unseen": "{site}, {days}: sebuah pintu tidak menghitung sebagian jam buka; isi ruang tidak diketahui.",
    "occupancy.one_way": "{site}, {days}: hanya satu arah yang tercatat; isi ruang tidak diketahui.",
    "occupancy.unlearnt": (
        "{site}: hari ini belum usai, dan belum ada hari lain yang menunjukkan imbangan masuk dan keluar."
    ),
    "occupancy.running": "{site}: hari ini belum usai; keluar diskalakan seperti pada {n} hari sebelumnya.",
    "occupancy.doubtful": (
        "{site}: pada {n} hari masuk dan keluar berbeda jauh, hingga {percent}. Periksa sensor; angkanya meragukan."
    ),
    "occupancy.word.known": "perkiraan",
    "occupancy.word.running": "berjalan",
    "occupancy.word.unseen": "tidak diketahui",
    "occupancy.word.one_way": "tidak diketahui",
    "occupancy.word.unlearnt": "tidak diketahui",
    "occupancy.word.closed": "tutup",
    "occupancy.method": (
        "Perkiraan dari masuk dan keluar di pintu luar setiap seperempat jam. Keluar diskalakan ke masuk hari "
        "itu, karena pintu tidak pernah tepat seimbang; setiap malam dimulai lagi dari nol. Satu jam "
        "menunjukkan seperempat jamnya yang terpenuh. ± adalah setengah dari yang digeser penskalaan, "
        "ditambah lintasan yang meragukan. Tidak pernah dipakai untuk menghitung kunjungan."
    ),
}

ENGLISH: dict[str, str] = {
    "occupancy.title": "How many people were inside",
    "occupancy.levels": "Over the day",
    "occupancy.days": "The peak of each day",
    "occupancy.time": "time",
    "occupancy.inside": "inside",
    "occupancy.band": "±",
    "occupancy.low": "at least",
    "occupancy.high": "at most",
    "occupancy.peak_at": "peak at",
    "occupancy.peak": "peak",
    "occupancy.emptied": "set to 0 at",
    "occupancy.imbalance": "out against in",
    "occupancy.sentence": "At the peak {n} ± {band} people were inside: {day}, {time}.",
    "occupancy.none": "How many people were inside is not known for {period}; that is not zero.",
    "occupancy.unseen": "{site}, {days}: a door did not count in a part of the open hours; occupancy is not known.",
    "occupancy.one_way": "{site}, {days}: only one direction was counted; occupancy is not known.",
    "occupancy.unlearnt": "{site}: today is not over, and no earlier day tells how in and out relate.",
    "occupancy.running": "{site}: today is not over; outs are scaled as on the {n} days before.",
    "occupancy.doubtful": (
        "{site}: in and out are far apart on {n} days, by up to {percent}. Check the sensor; the levels are doubtful."
    ),
    "occupancy.doubtful.1": "{site}: in and out are {percent} apart. Check the sensor; the levels are doubtful.",
    "occupancy.word.known": "estimated",
    "occupancy.word.running": "under way",
    "occupancy.word.unseen": "not known",
    "occupancy.word.one_way": "not known",
    "occupancy.word.unlearnt": "not known",
    "occupancy.word.closed": "closed",
    "occupancy.method": (
        "Estimated from who came in and went out by the perimeter doors in each quarter of an hour. The outs "
        "are scaled to the ins of the day, since no door balances; each night it starts again from 0. An hour "
        "shows its fullest quarter. ± is half of what the scaling moved, and the passages in doubt. It is "
        "never fed back into visits."
    ),
}
