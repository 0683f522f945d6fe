"""Plays notes through the VST3 bundle in DawDreamer and checks what is heard.

usage: dawdreamer_play.py BUNDLE.vst3
"""

import sys

import dawdreamer
import numpy

RATE = 44100
BLOCK = 512
# Seconds of note-on and note-off.
ON, OFF = 0.5, 2.0


def frequency(samples, near):
    """The strongest frequency within a semitone of `near`, Hz."""
    window = numpy.hanning(len(samples))
    spectrum = numpy.abs(numpy.fft.rfft(samples * window, 1 << 19))
    bins = numpy.fft.rfftfreq(1 << 19, 1 / RATE)
    around = (bins > near / 1.06) & (bins < near * 1.06)
    return bins[around][numpy.argmax(spectrum[around])]


def render(path, key):
    """One note, as stereo samples."""
    engine = dawdreamer.RenderEngine(RATE, BLOCK)
    plugin = engine.make_plugin_processor("dmus", path)
    plugin.add_midi_note(key, 110, ON, OFF - ON)
    engine.load_graph([(plugin, [])])
    engine.render(3.0)
    return engine.get_audio()


def main():
    path = sys.argv[1]
    for key in (57, 69, 81):
        audio = render(path, key)
        left = audio[0].astype(numpy.float64)
        assert audio.shape[0] == 2, f"{audio.shape[0]} channels"
        assert numpy.isfinite(audio).all(), "not every sample is a number"
        # JUCE may hand a note over one frame early.
        before = numpy.abs(left[: int(ON * RATE) - 2]).max()
        assert before < 1e-6, f"key {key}: {before} before the note"
        sounding = left[int((ON + 0.2) * RATE) : int((ON + 1.2) * RATE)]
        level = numpy.sqrt(numpy.mean(sounding**2))
        assert level > 1e-3, f"key {key}: silent, RMS {level}"
        wanted = 440.0 * 2 ** ((key - 69) / 12)
        found = frequency(sounding, wanted)
        cents = 1200 * numpy.log2(found / wanted)
        print(f"key {key}: {found:.2f} Hz, {cents:+.1f} cents, RMS {level:.4f}")
        # A struck string is a little sharp, a chorused one beats; a wrong key is 100 cents off.
        assert abs(cents) < 25, f"key {key}: {cents} cents from {wanted} Hz"


main()
