"""Notes to sound: FluidSynth with a sound font where the machine has both, else a few sines.

The built-in synthesiser is additive: partials with their own decay under an attack and a release, a
brighter tone for louder notes, and a short echo for room. It is enough to judge a solo by.
"""

import io
import logging
import os
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from lstmkit.music.files.midi.writer import Track
from lstmkit.music.play import percussion
from lstmkit.music.play.drums import CHANNEL as DRUM_CHANNEL

RATE = 44_100  # samples a second
LONGEST = 1200.0  # seconds; more would be over 200 MB of sound
FLUIDSYNTH_SECONDS = 300
FLUIDSYNTH_GAIN = 0.5  # leaves room for a full band; its own 0.2 is some 20 dB too soft for three
_ROOM = (  # echoes at the left and at the right: seconds, share
    ((0.023, 0.2), (0.041, 0.15), (0.077, 0.11), (0.131, 0.07)),
    ((0.031, 0.2), (0.053, 0.14), (0.089, 0.1), (0.113, 0.07)),
)
PEAK = 0.9  # of the loudest sample, whatever plays
SOUND_FONTS = (
    "/usr/share/sounds/sf2/FluidR3_GM.sf2",
    "/usr/share/sounds/sf2/default-GM.sf2",
    "/usr/share/sounds/sf3/default-GM.sf3",
    "/usr/share/soundfonts/default.sf2",
    "/usr/share/soundfonts/FluidR3_GM.sf2",
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Timbre:
    """How an instrument sounds.

    Attributes:
        partials: Loudness of each harmonic, the fundamental first.
        decay: Seconds in which a held note falls to a third; None if it is blown or bowed.
        attack: Seconds to full loudness.
        release: Seconds to silence once the note ends.
        gain: Loudness beside the other instruments.
        pan: 0 left, 1 right.
    """

    partials: tuple[float, ...]
    decay: float | None
    attack: float
    release: float
    gain: float
    pan: float


# Partials of the first octaves as instruments have them; above, a long tail that makes them bright.
_TAIL = (0.2, 0.17, 0.14, 0.12, 0.1, 0.08, 0.07, 0.06)
_PIANO = Timbre((1.0, 0.6, 0.4, 0.3, 0.24, *_TAIL), 0.9, 0.003, 0.12, 0.5, 0.3)
_GUITAR = Timbre((1.0, 0.7, 0.45, 0.35, 0.26, *_TAIL), 0.8, 0.004, 0.08, 0.9, 0.6)
_BASS = Timbre((1.0, 0.8, 0.45, 0.3, 0.2, 0.14, 0.1), 0.7, 0.006, 0.1, 0.9, 0.46)
_WIND = Timbre((1.0, 0.75, 0.65, 0.5, 0.38, 0.3, *_TAIL), None, 0.025, 0.08, 0.6, 0.62)
_FLUTE = Timbre((1.0, 0.5, 0.25, 0.12, 0.08, 0.05), None, 0.035, 0.08, 0.8, 0.62)
_VIBES = Timbre((1.0, 0.0, 0.0, 0.45, 0.0, 0.0, 0.0, 0.0, 0.0, 0.12), 1.4, 0.002, 0.3, 0.8, 0.6)


def timbre(program: int) -> Timbre:
    """Return the timbre for a General MIDI instrument."""
    if program in range(8, 16):
        return _VIBES
    if program in range(24, 32):
        return _GUITAR
    if program in range(32, 40):
        return _BASS
    if program in range(72, 80):
        return _FLUTE
    return _WIND if program in range(40, 72) else _PIANO


def render(
    midi: bytes, tracks: Sequence[Track], *, tempo: float, end: Fraction
) -> tuple[bytes | None, str]:
    """Return a stereo WAV file, and what made it; none, and why, where the music is too long.

    Args:
        midi: The music as a MIDI file, for FluidSynth.
        tracks: The same music as notes, for the built-in synthesiser.
        tempo: Quarters per minute.
        end: Quarters to the end.
    """
    seconds = float(end) * 60 / tempo
    if seconds > LONGEST:
        return None, f"none: {seconds:.0f} seconds of music; at most {LONGEST:.0f} are rendered"
    program, font = shutil.which("fluidsynth"), sound_font()
    if program and font:
        sound = _fluidsynth(program, font, midi)
        if sound is not None:
            return sound, f"FluidSynth with {font.name}"
    return synthesise(tracks, tempo=tempo, end=end), "the built-in synthesiser"


def sound_font() -> Path | None:
    """Return the sound font to use: `$LSTMKIT_SOUND_FONT`, else the first of the usual places."""
    own = os.environ.get("LSTMKIT_SOUND_FONT")
    places = ([own] if own else []) + list(SOUND_FONTS)
    return next((Path(place) for place in places if Path(place).is_file()), None)


def _fluidsynth(program: str, font: Path, midi: bytes) -> bytes | None:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "solo.mid"), Path(folder, "solo.wav")
        source.write_bytes(midi)
        options = ["-ni", "-g", str(FLUIDSYNTH_GAIN), "-r", str(RATE), "-F", str(target)]
        command = [program, *options, str(font), str(source)]
        try:
            subprocess.run(  # noqa: S603 (a program that was found on the path, and our own files)
                command, check=True, capture_output=True, timeout=FLUIDSYNTH_SECONDS
            )
            return louder(target.read_bytes())
        except (OSError, EOFError, wave.Error, subprocess.SubprocessError) as error:
            log.warning("FluidSynth failed (%s); the built-in synthesiser plays instead", error)
            return None


def louder(sound: bytes) -> bytes:
    """Return a stereo WAV file of 16 bits as loud as it can be, so that players compare."""
    with wave.open(io.BytesIO(sound)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2) / 32_768
    return _wav(samples * (PEAK / (np.abs(samples).max(initial=0) or 1.0)))


def synthesise(tracks: Sequence[Track], *, tempo: float, end: Fraction) -> bytes:
    """Render tracks with sines.

    Args:
        tracks: Notes in quarters.
        tempo: Quarters per minute.
        end: Quarters to the end; the sound rings on for a second and a half.

    Returns:
        A WAV file: stereo, 16 bits, 44,100 samples a second.
    """
    quarter = 60 / tempo
    length = int((float(end) * quarter + 1.5) * RATE)
    mix = np.zeros((length, 2), np.float64)  # (samples, left and right)
    for track in tracks:
        if track.channel == DRUM_CHANNEL:
            _strike(mix, track, quarter)
            continue
        sound = timbre(track.program)
        line = np.zeros(length)
        for note in track.notes:
            first = int(float(note.onset) * quarter * RATE)
            tone = _tone(note.pitch, float(note.duration) * quarter, note.velocity / 127, sound)
            tone = tone[: length - first]
            line[first : first + len(tone)] += tone
        mix += line[:, None] * np.sqrt([1 - sound.pan, sound.pan]) * sound.gain
    dry = mix.copy()
    for side, echoes in enumerate(_ROOM):  # what comes from one wall is not what comes from another
        for seconds, share in echoes:
            late = int(seconds * RATE)
            mix[late:, side] += share * dry[:-late, 1 - side]
    peak = np.abs(mix).max() or 1.0
    return _wav(np.tanh(1.2 * mix / peak) / np.tanh(1.2) * PEAK)


def _strike(mix: np.ndarray, track: Track, quarter: float) -> None:
    """Add the strokes of the drums to a mix, (samples, left and right)."""
    for note in track.notes:
        first = int(float(note.onset) * quarter * RATE)
        samples, pan = percussion.stroke(note.pitch, note.velocity, RATE)
        samples = samples[: len(mix) - first]
        mix[first : first + len(samples)] += samples[:, None] * np.sqrt([1 - pan, pan])


def _tone(pitch: int, seconds: float, loudness: float, sound: Timbre) -> np.ndarray:
    """Return the samples of one note."""
    time = np.arange(int((seconds + sound.release) * RATE)) / RATE
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    wave_form = np.zeros(len(time))
    for number, strength in enumerate(sound.partials, 1):
        if strength == 0 or frequency * number > RATE / 2.5:
            continue
        brightness = strength * loudness ** (0.4 * (number - 1))
        fading = 1.0 if sound.decay is None else np.exp(-time * (0.6 + 0.4 * number) / sound.decay)
        wave_form += brightness * fading * np.sin(2 * np.pi * frequency * number * time)
    if sound.decay is None:  # a player's vibrato, once the note stands
        wave_form *= 1 + 0.06 * np.sin(2 * np.pi * 5.2 * time) * np.clip(time / 0.3 - 0.5, 0, 1)
    rise = np.minimum(time / sound.attack, 1)
    fall = np.clip((seconds + sound.release - time) / sound.release, 0, 1)
    result: np.ndarray = wave_form * rise * fall * loudness**1.5
    return result


def _wav(samples: np.ndarray) -> bytes:
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * 32_767).astype("<i2").tobytes())
    return stream.getvalue()
