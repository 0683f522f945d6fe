// spessasynth_core as a reader and a writer of banks.
//
//   node spessa.mjs convert IN OUT.dls      its own conversion of a bank
//   node spessa.mjs read FILE [KEY=60]      one line of JSON: what it finds, and how loud it plays
//
// The library is found beside this file.
import { readFileSync, writeFileSync } from "node:fs";
import { BasicSoundBank, SoundBankLoader, SpessaSynthProcessor } from "spessasynth_core";

const RATE = 44100;
const BLOCK = 128;

function load(path) {
    const bytes = readFileSync(path);
    // A buffer may be a part of a pool.
    return SoundBankLoader.fromArrayBuffer(
        bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
    );
}

/** Plays half a second of one key on a melodic channel; gives the peak. */
async function peak(bank, key) {
    const synth = new SpessaSynthProcessor(RATE, { eventsEnabled: false });
    synth.soundBankManager.addSoundBank(bank, "main");
    await synth.processorInitialized;
    synth.noteOn(0, key, 100);
    const left = new Float32Array(BLOCK);
    const right = new Float32Array(BLOCK);
    let peak = 0;
    for (let frame = 0; frame < RATE / 2; frame += BLOCK) {
        left.fill(0);
        right.fill(0);
        synth.process(left, right);
        for (const sample of [...left, ...right]) peak = Math.max(peak, Math.abs(sample));
    }
    return peak;
}

const [verb, input, argument] = process.argv.slice(2);
await BasicSoundBank.isSFDecoderReady;
const bank = load(input);
if (verb === "convert") {
    writeFileSync(argument, new Uint8Array(await bank.writeDLS()));
} else if (verb === "read") {
    const zones = bank.presets.flatMap((preset) => preset.zones);
    const instruments = bank.instruments;
    console.log(
        JSON.stringify({
            presets: bank.presets.length,
            zones: zones.length,
            instruments: instruments.length,
            regions: instruments.reduce((sum, it) => sum + it.zones.length, 0),
            samples: bank.samples.length,
            peak: await peak(bank, Number(argument ?? 60))
        })
    );
} else {
    throw new Error(`there is no verb '${verb}'`);
}
