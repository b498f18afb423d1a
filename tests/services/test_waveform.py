"""How loud a recording is along its time, in whatever form the carrier sends it."""

import wave
from array import array
from pathlib import Path

import pytest

from ivr.services.calls import waveform


def wav(file: Path, samples: list[int], channels: int = 1, width: int = 2) -> Path:
    with wave.open(str(file), "wb") as sound:
        sound.setparams((channels, width, 8000, 0, "NONE", ""))
        kind = {1: "B", 2: "h"}[width]
        sound.writeframes(array(kind, [one for one in samples for _ in range(channels)]).tobytes())
    return file


RISES = [at // 40 * (-1) ** at for at in range(40_000)]
"""From nothing to 1,000 of 32,768, in five seconds."""


@pytest.mark.parametrize("channels", [1, 2])
def test_it_rises_as_the_recording_does_and_the_loudest_fills_it(
    tmp_path: Path, channels: int
) -> None:
    peaks = waveform.peaks(wav(tmp_path / "a.wav", RISES, channels))
    assert len(peaks) == waveform.BARS
    assert peaks == sorted(peaks)
    assert peaks[0] < 0.02
    assert 0.99 < peaks[-1] <= 1


def test_eight_bits_lie_around_their_middle_and_noise_is_not_made_large(tmp_path: Path) -> None:
    middle = waveform.peaks(wav(tmp_path / "b.wav", [128] * 4000 + [128, 255, 1] * 4000, 1, 1))
    assert (middle[0], middle[-1]) == (0, 1)
    quiet = waveform.peaks(wav(tmp_path / "c.wav", [0, 3, -3] * 4000))
    assert max(quiet) < 0.01
    assert len(waveform.peaks(wav(tmp_path / "d.wav", [9] * 10))) == waveform.BARS


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"RIFF\x10\0\0\0WAVEfmt \x04\0\0\0\7\0\1\0", b"\0" * 5000]
)
def test_what_is_no_recording_has_an_empty_picture_once_and_for_all(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "e.wav"
    file.write_bytes(content)
    assert not waveform.is_plain(file)
    assert waveform.draw(file) is None
    assert waveform.is_plain(file)
    assert waveform.draw(tmp_path / "missing" / "f.wav") is None


def test_what_ends_too_early_is_drawn_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = wav(tmp_path / "g.wav", RISES)
    whole.write_bytes(whole.read_bytes()[:-40_000])
    peaks = waveform.peaks(whole)
    assert peaks[waveform.BARS // 3] > 0
    assert peaks[-1] == 0
