"""The grammar of `.env`, row for row as docs/settings.md gives it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubus.config.dotenv import parse_dotenv, read_dotenv
from kubus.errors import ConfigError


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=1 # c", "1 # c"),
        ("A=a#b", "a#b"),
        ("A=#b", "#b"),
        ('A="x # y"', "x # y"),
        ("A='x # y'", "x # y"),
        ("A=$HOME", "$HOME"),
        ("A=${HOME}", "${HOME}"),
        ('A="$HOME"', "$HOME"),
        (" A = 3 ", "3"),
        ("\tA\t=\t3\t", "3"),
        ("export A=2", "2"),
        ("  export   A = 2", "2"),
        ("A=", ""),
        ("A=   ", ""),
        ('A=""', ""),
        ("A=''", ""),
        ("A=a=b==", "a=b=="),
        (r'A="a\nb"', "a\nb"),
        (r"A='a\nb'", r"a\nb"),
        (r"A=a\nb", r"a\nb"),
        (r'A="a\tb\\c"', r"a\tb\\c"),
        ('A="x"   ', "x"),
        ("A='x'\t", "x"),
        ('A="a "b" c"', 'a "b" c'),
        ("""A="it's" """, "it's"),
        ("""A='say "x"'""", 'say "x"'),
        ('A=a"b', 'a"b'),
        ("A=`x`", "`x`"),
        ('A=" x "', " x "),
        ("A=1\r", "1"),
        ("A=päss wörd", "päss wörd"),
    ],
)
def test_a_value_is_what_stands_there(line, value):
    assert parse_dotenv(line) == {"A": value}
    assert parse_dotenv(f"B=1\n{line}\nC=3\n") == {"B": "1", "A": value, "C": "3"}


@pytest.mark.parametrize("line", ["# A=1", "   # A=1", "A", "", "   ", "=1", "A B=1", "A: 1", "set A=1"])
def test_what_is_no_assignment_is_passed_over(line):
    assert parse_dotenv(f"{line}\nC=3") == {"C": "3"}


def test_quoted_values_go_over_several_lines():
    text = 'KEY="-----BEGIN PUBLIC KEY-----\nabc=\n  # not a comment\n-----END PUBLIC KEY-----"  \nC=3\n'
    key = "-----BEGIN PUBLIC KEY-----\nabc=\n  # not a comment\n-----END PUBLIC KEY-----"
    assert parse_dotenv(text) == {"KEY": key, "C": "3"}
    assert parse_dotenv("A='\n'\nC=3") == {"A": "\n", "C": "3"}


def test_lines_end_as_on_any_system():
    assert parse_dotenv('A=1\r\nB="x\r\ny"\r\nC=3\r\n') == {"A": "1", "B": "x\ny", "C": "3"}


def test_the_last_assignment_stands():
    assert parse_dotenv("A=1\nA=2") == {"A": "2"}


@pytest.mark.parametrize("line", ['A="hidden', "A='hidden", 'A="', "A='hidden\nB=1"])
def test_a_quote_that_nothing_closes_is_refused(line):
    with pytest.raises(ConfigError, match="line 2: the value of A begins with a quote that nothing closes") as caught:
        parse_dotenv(f"X=1\n{line}\nC=3")
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("line", ['A="hidden" # c', "A='hidden' c", 'A="hid\nden" # c'])
def test_text_behind_the_closing_quote_is_refused_and_swallows_nothing(line):
    with pytest.raises(ConfigError, match="line 1: the value of A goes on behind its closing quote") as caught:
        parse_dotenv(f'{line}\nCUBEJS_API_SECRET="y"')
    assert "hid" not in str(caught.value)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), min_size=1))
def test_a_value_in_single_quotes_comes_back_as_it_went_in(value):
    if "'" not in value:
        assert parse_dotenv(f"A='{value}'\nC=3") == {"A": value, "C": "3"}


@given(st.from_regex(r"[!-~]+", fullmatch=True))
def test_a_secret_without_quotes_in_front_comes_back_as_it_went_in(value):
    if value[0] not in "\"'":
        assert parse_dotenv(f"A={value}") == {"A": value}


def test_a_file(tmp_path):
    assert read_dotenv(tmp_path / ".env") == {}
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfA=1\n")
    assert read_dotenv(tmp_path / ".env") == {"A": "1"}


def test_faults_name_the_file(tmp_path):
    (tmp_path / ".env").write_text('A="x')
    with pytest.raises(ConfigError, match=r"^\.env, line 1: the value of A"):
        read_dotenv(tmp_path / ".env")
    (tmp_path / ".env").write_bytes(b"CUBEJS_API_SECRET=s3cr3t\xff")
    with pytest.raises(ConfigError, match="it is not UTF-8") as caught:
        read_dotenv(tmp_path / ".env")
    assert "s3cr3t" not in str(caught.value)
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        read_dotenv(tmp_path / "folder")
