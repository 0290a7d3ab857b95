"""What cells of contact data tell: the numbers and addresses that people, table programs and CRMs leave in them."""

import pytest

from raw_views.contacts import emails_in, phones_in

MOSCOW, MOBILE, OTHER = "74957778899", "79161112233", "79034445566"


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        # a plus sign fixes the country, whatever the length
        ("+45 12 34 56 78", ["4512345678"]),
        ("8 (451) 234-56-78", ["74512345678"]),
        ("+81 3-1234-5678", ["81312345678"]),
        ("+375 29 123-45-67", ["375291234567"]),
        ("+380 44 123 45 67", ["380441234567"]),
        ("00 375 29 123 45 67", ["375291234567"]),
        ("810 375 29 123 45 67", ["375291234567"]),
        # one number in many spellings
        ("+7 (916) 111-22-33", [MOBILE]),
        ("8-916-111-22-33", [MOBILE]),
        ("7 916 111 22 33", [MOBILE]),
        ("9161112233", [MOBILE]),
        ("8(916)111.22.33", [MOBILE]),
        ("８９１６１１１２２３３", [MOBILE]),
        ("79161112233.0", [MOBILE]),
        ("тел. 8 916 111-22-33 (Иван)", [MOBILE]),
        ("8 800 555-35-35", ["78005553535"]),
        # an extension is no part of it
        ("8-495-777-88-99 доб. 123", [MOSCOW]),
        ("+7 495 777 88 99 ext 12345", [MOSCOW]),
        ("+7 (495) 777 - 88 - 99 (доб.123)", [MOSCOW]),
        ("8(495)7778899#12", [MOSCOW]),
        ("8(495)7778899,,12", [MOSCOW]),
        ("8(495)777-88-99/98", [MOSCOW]),
        # several in a cell
        ("+7 916 111-22-33, 8 903 444-55-66", [MOBILE, OTHER]),
        ("+7 916 111-22-33; +79161112233", [MOBILE]),
        ("8 916 111-22-33 / 8 903 444-55-66", [MOBILE, OTHER]),
        ("8 916 111-22-33 или 8 903 444-55-66", [MOBILE, OTHER]),
        ("+7 916 111-22-33 +7 903 444-55-66", [MOBILE, OTHER]),
        ("8 916 111 22 33 8 903 444 55 66", [MOBILE, OTHER]),
        ("89161112233\n89034445566", [MOBILE, OTHER]),
        ('[{"ID":"1","VALUE":"+7 916 111-22-33"},{"VALUE":"8 903 444-55-66","VALUE_TYPE":"HOME"}]', [MOBILE, OTHER]),
        ("[{'VALUE': '+7 916 111-22-33'}]", [MOBILE]),
        ('{"VALUE" : 79161112233}', [MOBILE]),
        ("['+79161112233','8 903 444 55 66']", [MOBILE, OTHER]),
        # nobody's
        ("123", []),
        ("123-45-67", []),
        ("8 916 111-22-3", []),
        ("7,91612E+10", []),
        ("7.9161112233E+10", []),
        ("7,91612Е+10", []),
        ("+8 916 111 22 33", []),
        ("нет", []),
        ("[]", []),
        ('[{"VALUE":""}]', []),
        ('[{"VALUE"', []),
    ],
)
def test_numbers_in_a_cell(cell, numbers):
    assert phones_in(cell, "RU") == numbers


def test_a_number_without_a_prefix_is_of_the_country_that_the_business_names():
    assert phones_in("0171 1234567", "DE") == ["491711234567"]
    assert phones_in("8 029 123-45-67", "BY") == ["375291234567"]


def test_a_number_that_no_range_of_the_country_holds_is_none():
    """029 is a mobile code of Belarus; no Russian number has a 0 behind the trunk code 8."""
    assert phones_in("8 029 123-45-67", "RU") == []
    assert phones_in("8 929 123-45-67", "RU") == ["79291234567"]


@pytest.mark.parametrize(
    ("cell", "addresses"),
    [
        (" Ann@X.RU ", ["ann@x.ru"]),
        ("Ann <ann@x.ru>; bob@x.ru, ann@x.ru", ["ann@x.ru", "bob@x.ru"]),
        ("mailto:ann@x.ru.", ["ann@x.ru"]),
        ("mailto:ann@x.ru?subject=Hi", ["ann@x.ru"]),
        ("«ann@x.ru»", ["ann@x.ru"]),
        ("&lt;ann@x.ru&gt;", ["ann@x.ru"]),
        ("ann%40x.ru", ["ann@x.ru"]),
        ("почта=ann+work@x.ru!", ["ann+work@x.ru"]),
        ("иван@почта.рф", ["иван@почта.рф"]),
        ('[{"VALUE":"A@b.ru"},{"VALUE":"c@d.ru"}]', ["a@b.ru", "c@d.ru"]),
        ("-@-", []),
        ("ann@localhost", []),
        ("none", []),
    ],
)
def test_addresses_in_a_cell(cell, addresses):
    assert emails_in(cell) == addresses
