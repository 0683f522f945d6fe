"""Plays a note through the standalone program on the JACK server of the environment.

usage: standalone_play.py PROGRAM
"""

import subprocess
import sys
import time

import jack
import numpy

RATE, PERIOD = 48000, 256
# Frame within a period at which the note is struck, and its key.
OFFSET, KEY = 100, 69
# Frames until a struck string is heard, and until a busy server has brought it.
RISE, LATEST = 16, 16 * PERIOD
# Longest time until a server or a program is there.
PATIENCE_S = 30.0
# How often a note is struck at most, and how long one rings.
TRIES, RING_S = 20, 4.0


def wait_for(what, condition):
    """Waits until `condition` gives something, and gives that."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} is not there after {PATIENCE_S:.0f} s")


def client(name):
    """A client of the server, as soon as that is there."""

    def connected():
        try:
            return jack.Client(name, no_start_server=True)
        except jack.JackOpenError:
            return None

    return wait_for("the JACK server", connected)


def connect(client, source, target):
    """Connects two ports as soon as both are active."""

    def connected():
        try:
            client.connect(source, target)
            return True
        except jack.JackErrorCode:
            return False

    wait_for(f"a connection to {target}", connected)


class Hands:
    """Strikes one note and keeps what it hears, both counted in its own periods: the server's
    count of frames jumps, and not by whole periods, when the machine is busy."""

    def __init__(self):
        self.client = client("dmus-test")
        self.keys = self.client.midi_outports.register("keys")
        self.ears = self.client.inports.register("ears")
        self.waiting = None
        self.struck = None
        self.periods = []
        self.overslept = 0
        self.client.set_process_callback(self.process)
        self.client.set_xrun_callback(self.oversleep)

    def oversleep(self, _delay):
        self.overslept += 1

    def process(self, _frames):
        self.keys.clear_buffer()
        if self.waiting is not None:
            self.keys.write_midi_event(OFFSET, self.waiting)
            self.struck = len(self.periods) * PERIOD + OFFSET
            self.waiting = None
        self.periods.append(self.ears.get_array().copy())

    def heard(self):
        return numpy.concatenate(self.periods)


def strike(hands):
    """A note: what is heard from the frame on at which it was struck, and how far from there its
    sound begins."""
    hands.waiting = (0x90, KEY, 110)
    time.sleep(1.0)
    struck = hands.struck
    hands.waiting = (0x80, KEY, 64)
    time.sleep(0.2)
    heard = hands.heard()
    assert numpy.isfinite(heard).all(), "not every sample is a number"
    before = numpy.abs(heard[struck - PERIOD : struck]).max()
    assert before < 1e-6, f"{before} before the note"
    heard = heard[struck:]
    return heard, int(numpy.argmax(numpy.abs(heard) > 1e-5))


def strike_in_time(hands):
    """The same, again where the server has overslept and lost what was played or heard."""
    for _ in range(TRIES):
        overslept = hands.overslept
        heard, onset = strike(hands)
        # On its way to the instrument and back it may wait for whole periods.
        if onset < LATEST and onset % PERIOD < RISE and numpy.abs(heard).max() > 1e-3:
            return heard, onset
        assert hands.overslept > overslept, f"it sounds {onset} frames after the note"
        print(f"the server overslept: {onset} frames; the note is struck again")
        # Its end may be lost, too.
        hands.waiting = (0x80, KEY, 64)
        time.sleep(RING_S)
    raise AssertionError(f"the server overslept in each of {TRIES} tries")


def play(program):
    hands = Hands()
    instrument = subprocess.Popen([program, "--backend", "jack"])
    try:
        outputs = wait_for(
            "the instrument",
            lambda: hands.client.get_ports("dmus.*output_1", is_audio=True, is_output=True),
        )
        inputs = wait_for(
            "its MIDI input",
            lambda: hands.client.get_ports("dmus.*midi_input", is_midi=True, is_input=True),
        )
        with hands.client:
            connect(hands.client, hands.keys, inputs[0])
            connect(hands.client, outputs[0], hands.ears)
            time.sleep(0.5)
            take = strike_in_time(hands)
        assert instrument.poll() is None, f"the program ended with {instrument.returncode}"
        return take
    finally:
        # JACK's library may wait for ever for a server that is busy with a deactivation: a polite
        # end is not asked for.
        instrument.kill()
        instrument.wait()


def main():
    heard, onset = play(sys.argv[1])
    sounding = heard[4800 : 4800 + 32768].astype(numpy.float64)
    spectrum = numpy.abs(numpy.fft.rfft(sounding * numpy.hanning(len(sounding)), 1 << 19))
    bins = numpy.fft.rfftfreq(1 << 19, 1 / RATE)
    around = (bins > 415) & (bins < 466)
    found = bins[around][numpy.argmax(spectrum[around])]
    cents = 1200 * numpy.log2(found / 440.0)
    print(f"onset {onset} frames after the note, {found:.2f} Hz, {cents:+.1f} cents")
    assert abs(cents) < 25, f"{cents} cents from 440 Hz"


main()
