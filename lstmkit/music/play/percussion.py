"""The sound of drums for the built-in synthesiser: noise, a few partials, and how they die away."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from lstmkit.music.play.drums import (
    CLOSED_HAT,
    CRASH,
    KICK,
    PEDAL_HAT,
    RIDE,
    RIM,
    SWIRL,
    TAP,
)


@dataclass(frozen=True)
class _Drum:
    """How a drum sounds.

    Attributes:
        noise: Share of noise; the rest are partials.
        above: Hz below which the noise is thinned out.
        partials: Hz of what rings.
        decay: Seconds in which it falls to a third.
        gain: Loudness beside the others.
        pan: 0 left, 1 right.
        falls: Octaves that the partials fall, as a kick's do.
    """

    noise: float
    above: float
    partials: tuple[float, ...]
    decay: float
    gain: float
    pan: float
    falls: float = 0.0


_METAL = (3120.0, 4310.0, 5470.0, 6890.0, 8230.0)
_DRUMS = {
    KICK: _Drum(0.05, 800, (55.0, 82.0), 0.12, 0.9, 0.5, 0.8),
    RIM: _Drum(0.4, 1500, (1700.0, 2450.0), 0.02, 0.35, 0.42),
    TAP: _Drum(0.8, 900, (190.0,), 0.07, 0.4, 0.46),
    SWIRL: _Drum(1.0, 2500, (), 0.16, 0.16, 0.48),
    CLOSED_HAT: _Drum(1.0, 6500, (), 0.03, 0.22, 0.36),
    PEDAL_HAT: _Drum(1.0, 5500, (), 0.04, 0.3, 0.36),
    CRASH: _Drum(0.7, 3000, _METAL, 0.9, 0.4, 0.62),
    RIDE: _Drum(0.35, 5000, _METAL, 0.3, 0.3, 0.66),
}


def stroke(pitch: int, velocity: int, rate: int) -> tuple[np.ndarray, float]:
    """Return the samples of a stroke, and its place between left (0) and right (1).

    Args:
        pitch: General MIDI percussion; one that is not known sounds like a tap.
        velocity: 1 to 127.
        rate: Samples a second.
    """
    drum = _DRUMS.get(pitch, _DRUMS[TAP])
    return _wave(pitch if pitch in _DRUMS else TAP, rate) * (velocity / 127) ** 1.5, drum.pan


@cache
def _wave(pitch: int, rate: int) -> np.ndarray:
    drum = _DRUMS[pitch]
    time = np.arange(int(drum.decay * 4 * rate)) / rate
    noise = np.random.default_rng(pitch).standard_normal(len(time))
    spectrum = np.fft.rfft(noise)
    hertz = np.fft.rfftfreq(len(time), 1 / rate)
    spectrum *= np.clip(hertz / drum.above, 0, 1) ** 3  # thinned out, not cut off
    noise = np.fft.irfft(spectrum, len(time))
    noise /= np.abs(noise).max()
    ringing = np.zeros(len(time))
    for hz in drum.partials:
        fallen = 2 ** (-drum.falls * np.clip(time / 0.08, 0, 1))
        ringing += np.sin(2 * np.pi * np.cumsum(hz * fallen) / rate) / len(drum.partials)
    wave: np.ndarray = drum.noise * noise + (1 - drum.noise) * ringing
    return wave * np.exp(-time / drum.decay) * drum.gain * np.minimum(time / 0.001, 1)
