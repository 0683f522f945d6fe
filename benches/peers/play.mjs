// Plays events through spessasynth_core into a file: the same form as src/bin/sound.rs.
//
//   node play.mjs BANK EVENTS OUT
//
// 48 kHz, effects off, its best interpolation. The library is found beside this file.
import { readFileSync, writeFileSync } from "node:fs";
import { SoundBankLoader, SpessaSynthProcessor } from "spessasynth_core";

const BLOCK = 64;
const [bank, events, out] = process.argv.slice(2);
const bytes = readFileSync(bank);
const synth = new SpessaSynthProcessor(48000, { effectsEnabled: false, eventsEnabled: false });
// A buffer may be a part of a pool.
const font = SoundBankLoader.fromArrayBuffer(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
);
synth.soundBankManager.addSoundBank(font, "main");
await synth.processorInitialized;
synth.setSystemParameter("voiceCap", 1024);
synth.setSystemParameter("effectsEnabled", false);
// 0 is linear, 1 nearest, 2 Hermite through four frames.
synth.setSystemParameter("interpolationType", 2);

const lines = readFileSync(events, "utf8").trim().split("\n");
const frames = Number(lines.shift());
const waiting = lines.map((line) => {
    const [frame, ...message] = line.split(" ");
    return [Number(frame), message.map((byte) => parseInt(byte, 16))];
});

function send([status, first, second]) {
    const channel = status & 15;
    switch (status & 0xf0) {
        case 0x80: return synth.noteOff(channel, first);
        case 0x90: return synth.noteOn(channel, first, second);
        case 0xb0: return synth.controllerChange(channel, first, second);
        case 0xc0: return synth.programChange(channel, first);
        case 0xe0: return synth.pitchWheel(channel, first | (second << 7));
        default: throw new Error(`status ${status}`);
    }
}

const written = new Float32Array(2 * frames);
const left = new Float32Array(BLOCK);
const right = new Float32Array(BLOCK);
let next = 0;
for (let start = 0; start < frames; start += BLOCK) {
    while (next < waiting.length && waiting[next][0] <= start) send(waiting[next++][1]);
    left.fill(0);
    right.fill(0);
    synth.process(left, right);
    for (let n = 0; n < BLOCK && start + n < frames; n++) {
        written[2 * (start + n)] = left[n];
        written[2 * (start + n) + 1] = right[n];
    }
}
writeFileSync(out, new Uint8Array(written.buffer));
