"""`kubus token` and `kubus secret`: what they print verifies anywhere, and says what it will do."""

import json
import re
import time
from datetime import UTC, datetime

import jwt
import pytest

from kubus.cli.token import lifetime_of
from kubus.errors import ConfigError
from tests.cli.project import SECRET

NOW = 1_795_000_000
MONTH = 30 * 86_400


def printed(project, *arguments, **more):
    done = project.run("token", *arguments, **more)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def claims_of(token, secret=SECRET):
    return jwt.decode(token.strip(), secret, algorithms=["HS256"])


def quiet(project, *arguments, **more):
    return claims_of(printed(project, "--quiet", *arguments, **more))


# ── what is in it ──


def test_the_command_of_the_guide(project):
    out = printed(project, f"--secret={SECRET}x", "--payload=role=admin")
    token = re.search(r"^Token: (\S+)$", out, re.MULTILINE)[1]
    claims = claims_of(token, SECRET + "x")
    assert claims["role"] == "admin"
    assert claims["exp"] - claims["iat"] == MONTH
    assert abs(claims["iat"] - time.time()) < 30
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    ends = datetime.fromtimestamp(claims["exp"], UTC)
    assert f"Expires in: 30 days, 0:00:00 ({ends:%Y-%m-%d %H:%M:%S} UTC)\n" in out
    assert 'Payload: {"role": "admin"}\n' in out
    assert SECRET not in out


def test_quiet_is_the_token_alone(project):
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+\n", printed(project, "-q"))


def test_values_of_payload_are_texts_and_the_last_of_a_name_wins(project):
    claims = quiet(project, "-p", "a=1", "-p", "b=x=y=", "-p", "empty=", "-p", "a=2", "--payload", "é=ü ñ")
    del claims["iat"], claims["exp"]
    assert claims == {"a": "2", "b": "x=y=", "empty": "", "é": "ü ñ"}


def test_json_has_types_and_wins(project):
    given = {"tenant_id": 7, "roles": ["a"], "deep": {"x": None}, "big": 2**70, "f": 1.5}
    claims = quiet(project, "-p", "tenant_id=text", "--json", json.dumps(given))
    assert {name: claims[name] for name in given} == given
    assert type(claims["tenant_id"]) is int


def test_the_old_user_context(project):
    claims = quiet(project, "-u", "id=5", "-p", "role=x")
    assert (claims["u"], claims["role"]) == ({"id": "5"}, "x")
    assert "u" not in quiet(project)


# ── how long it holds ──


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30 days", MONTH),
        ("30d", MONTH),
        ("1 day", 86_400),
        ("90m", 5400),
        ("90 minutes", 5400),
        ("1h", 3600),
        ("1.5 hours", 5400),
        ("2 hrs", 7200),
        ("15 mins", 900),
        ("5s", 5),
        ("5 sec", 5),
        ("5 seconds", 5),
        ("1w", 604_800),
        ("2 weeks", 1_209_600),
        ("1y", 31_557_600),
        ("2 yrs", 63_115_200),
        ("1 YEAR", 31_557_600),
        ("3600", 3600),
        (" 3600 ", 3600),
        ("0.1h", 360),
        ("0", None),
    ],
)
def test_times(text, seconds):
    assert lifetime_of(text, NOW) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "d",
        "-1",
        "-1d",
        "1d2h",
        "1 month",
        "100ms",
        "1ds",
        "1e3",
        "٣d",
        "1,5h",
        "inf",
        "nan",
        "0x10",
        "1 d d",
    ],
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ConfigError, match="is no time"):
        lifetime_of(text, NOW)


@pytest.mark.parametrize("text", ["0s", "0 days", "0.5", "0.9s", "0.0001h"])
def test_a_short_time_is_never_taken_for_no_end(text):
    with pytest.raises(ConfigError, match="less than a second"):
        lifetime_of(text, NOW)


@pytest.mark.parametrize("text", ["9000 years", "999999999999 y", "999999999999"])
def test_a_time_beyond_the_calendar_is_refused(text):
    with pytest.raises(ConfigError, match="beyond the year 9999"):
        lifetime_of(text, NOW)


def test_a_bare_number_is_seconds_and_says_so(project):
    out = printed(project, "--expiry", "3600")
    assert "(a bare number is seconds)" in out
    assert "Expires in: 1:00:00 (" in out
    assert "bare number" not in printed(project, "-e", "1h")


def test_0_never_expires(project):
    out = printed(project, "--expiry=0")
    assert "Expires in: never" in out
    assert "exp" not in quiet(project, "-e", "0")


def test_an_expiry_of_json_is_the_one_that_is_shown(project):
    ends = int(time.time()) + 600
    out = printed(project, "--json", json.dumps({"exp": ends}))
    assert f"{datetime.fromtimestamp(ends, UTC):%Y-%m-%d %H:%M:%S} UTC" in out
    assert quiet(project, "--json", json.dumps({"exp": ends}))["exp"] == ends


# ── with which secret ──


def test_the_flag_wins_over_the_environment_and_that_over_dotenv(project):
    claims_of(printed(project, "-q"), SECRET)
    claims_of(printed(project, "-q", CUBEJS_API_SECRET="e" * 10 + "f" * 30), "e" * 10 + "f" * 30)
    claims_of(printed(project, "-q", "-s", "a" * 40, CUBEJS_API_SECRET="b" * 40), "a" * 40)
    # Its characters are its bytes in UTF-8.
    claims_of(printed(project, "-q", "--secret", "geheim: é ü 鍵 # $x 'y'"), "geheim: é ü 鍵 # $x 'y'")


def test_without_a_secret_there_is_no_token(project):
    (project.folder / ".env").unlink()
    done = project.run("token")
    assert (done.returncode, done.stdout) == (1, "")
    assert "No app secret found" in done.stderr
    assert "kubus secret" in done.stderr


# ── what is refused ──


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-p", "role"], "'role' is no claim"),
        (["-p", "=x"], "'=x' is no claim"),
        (["-p", "exp=5"], "--payload exp=5 would make a text of a time"),
        (["--json", "{"], "--json is not JSON"),
        (["--json", "[1]"], "--json has to be an object"),
        (["--json", '{"x": NaN}'], "NaN is no number of JSON"),
        (["--json", '{"exp": "soon"}'], "exp has to be a whole number"),
        (["--json", '{"nbf": true}'], "nbf has to be a whole number"),
        (["--json", '{"exp": 99999999999999999999}'], "exp has to be a whole number"),
        (["--expiry", "soon"], "'soon' is no time"),
    ],
)
def test_faults_end_with_1_in_a_frame_and_without_a_token(project, arguments, said):
    done = project.run("token", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


# ── secrets ──


def test_a_secret_is_64_random_bytes_in_hex(project):
    first, second = (project.run("secret").stdout for _ in range(2))
    assert re.fullmatch(r"[0-9a-f]{128}\n", first)
    assert first != second
