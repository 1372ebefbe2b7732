from pathlib import Path

import pytest

from kubus.demo.folder import demo_folder

HOME = Path("/home/ada")


@pytest.mark.parametrize(
    ("environment", "platform", "folder"),
    [
        ({}, "linux", "/home/ada/.local/share/kubus/demo"),
        ({"XDG_DATA_HOME": "/data"}, "linux", "/data/kubus/demo"),
        ({"XDG_DATA_HOME": ""}, "linux", "/home/ada/.local/share/kubus/demo"),
        ({"XDG_DATA_HOME": "data"}, "linux", "/home/ada/.local/share/kubus/demo"),
        ({"XDG_DATA_HOME": "/data"}, "darwin", "/home/ada/Library/Application Support/kubus/demo"),
        ({"LOCALAPPDATA": "/local"}, "win32", "/local/kubus/demo"),
        ({}, "win32", "/home/ada/AppData/Local/kubus/demo"),
    ],
)
def test_demo_folder(environment, platform, folder):
    assert demo_folder(environment, platform, HOME) == Path(folder)
