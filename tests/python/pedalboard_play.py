"""Plays notes through the VST3 bundle in pedalboard's host and checks what is heard.

usage: pedalboard_play.py BUNDLE.vst3
"""

import sys
import time

import numpy
import pedalboard

RATE = 48000
# Frame of the note-on. Its first sample is the attack's zero.
ON = 24000
SECONDS = 2.0

# Parameters that hosts offer for automation: those of the whole, and of each part, its program list
# among them. The controllers of MIDI, 2080 of them, are not.
PARAMETERS = 24 + 16 * 24


def messages():
    """One note, as bytes and seconds."""
    return [
        (bytes([0x90, 60, 100]), ON / RATE),
        (bytes([0x80, 60, 64]), 1.5),
    ]


def play(plugin, buffer_size):
    """The note in blocks of a size, as stereo samples."""
    return plugin(
        messages(),
        duration=SECONDS,
        sample_rate=RATE,
        num_channels=2,
        buffer_size=buffer_size,
        reset=True,
    )


def main():
    begun = time.monotonic()
    plugin = pedalboard.load_plugin(sys.argv[1])
    assert plugin.is_instrument
    count = len(plugin.parameters)
    print(f"{count} parameters, loaded in {time.monotonic() - begun:.1f} s")
    assert count == PARAMETERS, f"{count} parameters"
    controllers = [name for name in plugin.parameters if name.startswith("midi_cc")]
    assert not controllers, f"{len(controllers)} controllers"

    takes = {size: play(plugin, size) for size in (64, 500, 512, 4096)}
    usual = takes[512]
    assert usual.shape == (2, int(RATE * SECONDS)), usual.shape
    assert numpy.isfinite(usual).all(), "not every sample is a number"
    assert numpy.abs(usual).max() > 1e-2, "silent"
    for size, take in takes.items():
        heard = int(numpy.flatnonzero(take[0])[0])
        print(f"blocks of {size}: first sound on frame {heard}")
        assert ON <= heard <= ON + 2, f"frame {heard} instead of {ON}"
        assert (take == usual).all(), f"blocks of {size} sound otherwise than of 512"

    before = usual
    saved = plugin.raw_state
    plugin.parameters["master_volume"].raw_value = 0.5
    quieter = play(plugin, 512)
    assert numpy.abs(quieter).max() < 0.5 * numpy.abs(before).max()
    plugin.raw_state = saved
    assert (play(plugin, 512) == before).all(), "a state does not bring the sound back"

    plugin.parameters["bypass"].raw_value = 1.0
    # The gain has gone to nothing long before the note.
    assert not play(plugin, 512)[:, ON:].any(), "bypassed and heard"


main()
