import numpy as np
import pytest

from voxface.errors import VoxfaceError
from voxface.phones.ipa import (
    ARPABET,
    arpabet_phones,
    nearest_arpabet,
    parse_ipa,
    units_from_ipa,
)
from voxface.phones.symbols import (
    FEATURE_NAMES,
    MODIFIERS,
    SILENCE,
    base_phones,
    closes_lips,
    feature,
    opens_jaw,
    phone_features,
    rounds_lips,
    split_phone,
)


def test_every_base_phone_has_one_kind_and_values_from_0_to_1():
    for phone in base_phones():
        vector = phone_features(phone)
        assert vector.shape == (len(FEATURE_NAMES),)
        assert vector.min() >= 0 and vector.max() <= 1
        assert sum(feature(phone, kind) for kind in ("silence", "vowel", "consonant")) == 1


def test_no_two_base_phones_look_alike_but_those_the_table_cannot_tell_apart():
    seen: dict[bytes, str] = {}
    same = set()
    for phone in base_phones():
        other = seen.setdefault(phone_features(phone).tobytes(), phone)
        if other != phone:
            same.add(frozenset((phone, other)))
    # Implosives differ from plain stops only inside the throat, a tap from a trill in its length.
    assert same == {frozenset("bɓ"), frozenset("dɗ"), frozenset("rɾ")}


def test_every_consonant_has_a_place_and_a_manner():
    places = FEATURE_NAMES[FEATURE_NAMES.index("bilabial") : FEATURE_NAMES.index("glottal") + 1]
    manners = ("stop", "nasal", "fricative", "affricate", "approximant", "trill_or_tap")
    for phone in base_phones():
        if feature(phone, "consonant"):
            assert sum(feature(phone, place) for place in places) >= 1, phone
            assert sum(feature(phone, manner) for manner in manners) == 1, phone


def test_modifiers_change_only_what_they_name():
    for mark, change in MODIFIERS.items():
        plain, marked = phone_features("t"), phone_features("t" + mark)
        moved = {FEATURE_NAMES[at] for at in np.flatnonzero(plain != marked)}
        assert moved <= set(change)
    assert feature("tˤ", "pharyngeal") > 0
    assert feature("ɑ̃ː", "nasal") == feature("ɑ̃ː", "long") == 1


@pytest.mark.parametrize("phone", ["p", "b", "m", "pʰ", "bʱ", "mʲ", "bː"])
def test_lips_close(phone):
    assert closes_lips(phone)


@pytest.mark.parametrize("phone", ["f", "w", "u", "β", "n", "a", "ɑ̃", "t", SILENCE])
def test_lips_stay_open(phone):
    assert not closes_lips(phone)


def test_rounding_and_opening():
    assert all(map(rounds_lips, ("u", "uː", "w", "y", "oː", "ɔː", "kʷ")))
    assert not any(map(rounds_lips, ("i", "a", "s", "ʃ", SILENCE)))
    assert all(map(opens_jaw, ("a", "aː", "ɑː", "æ")))
    assert not any(map(opens_jaw, ("i", "u", "ə", "t", SILENCE)))
    assert 0 < feature("ʃ", "lip_rounding") < 1


def test_unknown_phone_is_named():
    with pytest.raises(VoxfaceError, match="unknown phone '☃'"):
        split_phone("☃")


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("tʃˈiːz", ["tʃ", "iː", "z"]),
        ("d͡ʒ", ["dʒ"]),
        ("taʕtˤiːl", ["t", "a", "ʕ", "tˤ", "iː", "l"]),
        ("ʔˈidχaːl", ["ʔ", "i", "d", "χ", "aː", "l"]),
        ("ɑ̃ː", ["ɑ̃ː"]),
        ("ɑː̃", ["ɑ̃ː"]),
        ("ç", ["ç"]),
        ("go̞ɯᵝ", ["ɡ", "o", "ɯᵝ"]),
        ("tɕˈiɛ5 s.ˈi.5", ["tɕ", "i", "ɛ", "ʂ", "i"]),
        ("(en)n(cmn)i", ["n", "i"]),
        ("  ", []),
    ],
)
def test_parse_ipa(text, phones):
    assert list(parse_ipa(text)) == phones


def test_parsed_phones_read_back_as_themselves():
    for phone in base_phones()[1:]:
        for mark in ("", *MODIFIERS):
            assert parse_ipa(phone + mark) == (phone + mark,)


def test_unknown_ipa_is_named():
    with pytest.raises(VoxfaceError, match=r"unknown IPA symbol '☃' \(U\+2603\)"):
        parse_ipa("a☃")


def test_arpabet_is_complete_and_its_phones_are_known():
    english = [
        "AA",
        "AE",
        "AH",
        "AO",
        "AW",
        "AY",
        "B",
        "CH",
        "D",
        "DH",
        "EH",
        "ER",
        "EY",
        "F",
        "G",
        "HH",
        "IH",
        "IY",
        "JH",
        "K",
        "L",
        "M",
        "N",
        "NG",
        "OW",
        "OY",
        "P",
        "R",
        "S",
        "SH",
        "T",
        "TH",
        "UH",
        "UW",
        "V",
        "W",
        "Y",
        "Z",
        "ZH",
    ]
    assert set(english) <= set(ARPABET)
    for symbol in ARPABET:
        assert all(phone_features(phone).any() for phone in arpabet_phones(symbol))
    assert arpabet_phones("ay1") == ("a", "ɪ")
    with pytest.raises(VoxfaceError, match="unknown ARPAbet symbol 'QQ'"):
        arpabet_phones("QQ")


def test_each_english_phone_is_its_own_nearest():
    for symbol, phones in ARPABET.items():
        if len(phones) == 1 and symbol not in ("AX", "AXR", "DX", "IX"):
            assert nearest_arpabet(phones[0]) == symbol


def test_nearest_phone_keeps_the_lips():
    for phone in base_phones()[1:]:
        near = arpabet_phones(nearest_arpabet(phone))[0]
        if closes_lips(phone):
            assert closes_lips(near), phone


def test_units_join_diphthongs_and_doubled_consonants():
    units = units_from_ipa(parse_ipa("tawaqqaf"))
    assert [unit.phones for unit in units][-3:] == [("qː",), ("a",), ("f",)]
    assert [unit.arpabet for unit in units_from_ipa(parse_ipa("naʊ"))] == ["N", "AW"]
