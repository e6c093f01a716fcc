"""What keeps a server from starting, in words, and what ends one."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import CPU
from support import SERVER, running_server

from soarlab_server.__main__ import StartError, bind, listen, parse_arguments
from soarlab_server.backend.base_model import load_base
from soarlab_server.backend.model_config import ModelError


def test_it_ends_at_once_when_told_and_when_its_parent_is_gone(gym: Path) -> None:
    with running_server(gym) as server:
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(10) == 0
    parent = subprocess.Popen(["sleep", "60"])
    with running_server(gym, "--parent-pid", str(parent.pid)) as server:
        parent.kill()
        parent.wait()
        assert server.process.wait(10) == 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--model", "/nonexistent"], "no model folder"),
        (["--model", str(SERVER)], "no config.json"),
        (["--model", str(SERVER), "--host", "192.0.2.1"], "cannot listen"),
    ],
)
def test_a_start_that_cannot_be_says_why(arguments: list[str], reason: str) -> None:
    assert reason in start_in_vain(*arguments)


def test_of_two_that_start_at_once_on_a_port_one_listens() -> None:
    with bind("127.0.0.1", 0) as one:
        port = one.getsockname()[1]
        refused = pytest.raises(StartError, match=rf"cannot listen on 127.0.0.1:{port}: .*in use")
        with refused, bind("127.0.0.1", port) as other:
            listen(one)
            listen(other)


def test_a_checkpoints_folder_that_cannot_be(gym: Path) -> None:
    said = start_in_vain("--model", str(gym), "--checkpoints", __file__)
    assert f"--checkpoints {__file__}: File exists" in said


def start_in_vain(*arguments: str) -> str:
    """The one line that a server says before it ends."""
    command = [sys.executable, "-m", "soarlab_server", "--port", "0", *arguments]
    ended = subprocess.run(command, cwd=SERVER, capture_output=True, text=True)
    assert ended.returncode == 1 and ended.stderr.count("\n") == 1, ended.stderr
    return ended.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--port", "65536"], "argument --port: '65536' is not a whole number from 0 to 65535"),
        (["--threads", "0"], "argument --threads: '0' is not a whole number of at least 1"),
        (["--max-body-mb", "-1"], "argument --max-body-mb"),
    ],
)
def test_numbers_have_bounds(
    arguments: list[str],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["soarlab_server", "--model", "gym", *arguments])
    with pytest.raises(SystemExit):
        parse_arguments()
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("config.json", b"{", "config.json is not JSON"),
        ("config.json", b"[]", "config.json holds no JSON object"),
        ("config.json", b'{"model_type": "llama"}', "config.json has no num_attention_heads"),
        ("generation_config.json", b"\xff", "generation_config.json is not JSON"),
        ("model.safetensors", None, "it has no model.safetensors"),
        ("model.safetensors", b"short", "model.safetensors cannot be read"),
        ("model.safetensors.index.json", b"{}", "the weights have no "),
    ],
)
def test_a_damaged_model_folder_is_told_by_file(
    file: str, content: bytes | None, reason: str, gym: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(gym, tmp_path / "gym"))
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content)
    with pytest.raises(ModelError, match=reason) as raised:
        load_base(str(folder), CPU)
    assert str(folder) in str(raised.value)
