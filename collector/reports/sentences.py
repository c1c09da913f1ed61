"""The catalogue of the reports: one table a language, the same keys and fields in each (a test keeps it so)."""

from __future__ import annotations

from collector.reports import anomaly_sentences, occupancy_sentences
from collector.reports.sentences_en import EN
from collector.reports.sentences_id import ID

SENTENCES = {
    "id": ID | anomaly_sentences.INDONESIAN | occupancy_sentences.INDONESIAN,
    "en": EN | anomaly_sentences.ENGLISH | occupancy_sentences.ENGLISH,
}
