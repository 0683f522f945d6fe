//! What is heard, as frames in a file: events through a bank, and probes of single parts.
//!
//! In: words, see `HELP`. Out: 32-bit little-endian floats, left and right in turn, 48 kHz. The
//! drivers of other synthesizers, `play.c` and `play.mjs`, read the same events and write the same
//! form.
#![forbid(unsafe_code)]

#[path = "../departures.rs"]
mod departures;
#[path = "../font.rs"]
mod font;

use std::error::Error;
use std::fs;
use std::sync::Arc;

use dmus_dls::Bank;
use dmus_dls::bank::{
    BankInfo, Connection, Curve, Destination, Dialect, Instrument, LoopKind, Patch, Region, Source,
    Transform, Wave, WaveLoop, WaveSample,
};
use dmus_song::Song;
use dmus_synth::{Collection, Engine, EngineConfig, Interpolation, Layer};

/// Frames per second.
const RATE_HZ: u32 = 48_000;

/// Messages act at the start of a block of these, as in the other synthesizers.
const BLOCK: usize = 64;

/// Peak of the waves of probes, 16-bit units.
const PEAK: f64 = 32_000.0;

const HELP: &str = "\
play BANK EVENTS OUT ours|VARIANT[+VARIANT]...
song TEXT EVENTS                               the events of a text song
sine KIND FREQUENCY RATIO OUT                  frequency in rates of the wave
filter HZ DB OUT                               the answer to an impulse; HZ of 0 is no filter
impulses OUT                                   a font of an impulse: open, 1 kHz, 1 kHz and 12 dB
envelope ATTACK HOLD DECAY SUSTAIN RELEASE HELD OUT  of a constant; seconds, per cent";

type Done = Result<(), Box<dyn Error>>;

fn main() -> Done {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["play", bank, events, out, variants] => play(bank, events, out, variants),
        ["song", text, events] => song(text, events),
        ["sine", name, frequency, ratio, out] => {
            sine(kind(name)?, frequency.parse()?, ratio.parse()?, out)
        }
        ["filter", hertz, decibels, out] => filter(hertz.parse()?, decibels.parse()?, out),
        ["impulses", out] => Ok(fs::write(out, impulses())?),
        ["envelope", ref numbers @ .., out] => {
            let numbers: Vec<f64> = numbers
                .iter()
                .map(|number| number.parse())
                .collect::<Result<_, _>>()?;
            envelope(numbers.try_into().map_err(|_| HELP)?, out)
        }
        _ => Err(HELP.into()),
    }
}

fn kind(name: &str) -> Result<Interpolation, Box<dyn Error>> {
    Ok(match name {
        "linear" => Interpolation::Linear,
        "cubic" => Interpolation::Cubic,
        "sinc" => Interpolation::Sinc,
        _ => return Err(HELP.into()),
    })
}

/// Plays events through a bank file.
///
/// The first line of `events` has the number of frames; every other one a frame and the bytes of a
/// message, hexadecimal.
fn play(bank: &str, events: &str, out: &str, variants: &str) -> Done {
    let variants: Vec<&str> = variants.split('+').collect();
    if let Some(unknown) = variants.iter().find(|name| !VARIANTS.contains(name)) {
        return Err(format!("no variant '{unknown}'").into());
    }
    let is = |name| variants.contains(&name);
    let mut bank = Bank::read(&fs::read(bank)?)?;
    departures::apply(&mut bank, &variants);
    let mut engine = engine(Arc::new(Collection::compile(&bank)?), 1024)?;
    if is("cubic") {
        engine.set_interpolation(Interpolation::Cubic);
    }
    let text = fs::read_to_string(events)?;
    let mut lines = text.lines();
    let frames: usize = lines.next().ok_or("no frames")?.parse()?;
    let mut waiting = lines.peekable();
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    let blocks = left.chunks_mut(BLOCK).zip(right.chunks_mut(BLOCK));
    for (start, (left, right)) in (0..).step_by(BLOCK).zip(blocks) {
        while let Some(line) = waiting.peek() {
            let (frame, bytes) = line
                .split_once(' ')
                .ok_or("an event is a frame and bytes")?;
            if frame.parse::<usize>()? > start {
                break;
            }
            let bytes: Vec<u8> = bytes
                .split(' ')
                .map(|byte| u8::from_str_radix(byte, 16))
                .collect::<Result<_, _>>()?;
            engine.message(1, &bytes);
            waiting.next();
        }
        engine.render(left, right);
    }
    write(out, &left, &right)
}

/// Ways in which a play may depart from ours, several with `+` between them.
const VARIANTS: [&str; 12] = [
    "ours",
    "cubic",
    "sweep",
    "stuck",
    "early",
    "fade",
    "wait",
    "range",
    "sustain",
    "peak",
    "hump",
    "correction",
];

/// Writes the events of a text song; it rings for two seconds. System exclusive messages are left
/// out: a program's own power-on state is what is compared.
fn song(text: &str, events: &str) -> Done {
    let song = Song::read_text(&fs::read_to_string(text)?)?;
    let frames = song.length().frame(RATE_HZ) + 2 * u64::from(RATE_HZ);
    let mut lines = format!("{frames}\n");
    for message in song.messages() {
        if message.bytes().first().is_some_and(|status| *status < 0xF0) {
            lines.push_str(&message.time().frame(RATE_HZ).to_string());
            for byte in message.bytes() {
                lines.push_str(&format!(" {byte:02x}"));
            }
            lines.push('\n');
        }
    }
    Ok(fs::write(events, lines)?)
}

/// Reads a sine at a ratio.
fn sine(kind: Interpolation, frequency: f64, ratio: f64, out: &str) -> Done {
    const FRAMES: usize = 12_000;
    let length = (FRAMES as f64 * ratio) as usize + 1000;
    let angle = |n: usize| std::f64::consts::TAU * frequency * n as f64;
    let frames = (0..length)
        .map(|n| (PEAK * angle(n).sin()).round() as i16)
        .collect();
    let rate_hz = (f64::from(RATE_HZ) * ratio).round() as u32;
    let mut engine = probe(frames, rate_hz, false, Vec::new())?;
    engine.set_interpolation(kind);
    strike(&mut engine);
    render(&mut engine, FRAMES, out)
}

/// Frames of the answer to an impulse.
const ANSWER: usize = 1 << 15;

/// An impulse, a little behind the note's start.
fn impulse() -> Vec<i16> {
    let mut frames = vec![0; ANSWER];
    frames[200] = PEAK as i16;
    frames
}

/// A font whose programs are the filters that are compared; 8321 absolute cents are 1 kHz.
fn impulses() -> Vec<u8> {
    font::Font {
        wave: &impulse(),
        rate: RATE_HZ,
        looped: None,
        presets: &[
            ("open", &[]),
            ("1 kHz", &[(8, 8321)]),
            ("1 kHz, 12 dB", &[(8, 8321), (9, 120)]),
        ],
    }
    .bytes()
}

/// The answer of the filter to an impulse.
fn filter(cutoff_hz: f64, resonance_db: f64, out: &str) -> Done {
    let frames = impulse();
    let pitch = cents(1200.0 * (cutoff_hz / 440.0).log2() + 6900.0);
    let connections = if cutoff_hz > 0.0 {
        vec![
            constant(Destination::FilterCutoff, pitch),
            constant(Destination::FilterQ, (resonance_db * 655_360.0) as i32),
        ]
    } else {
        Vec::new()
    };
    let mut engine = probe(frames, RATE_HZ, false, connections)?;
    strike(&mut engine);
    render(&mut engine, ANSWER, out)
}

/// The envelope over a constant: it is what is heard.
fn envelope(numbers: [f64; 6], out: &str) -> Done {
    let [attack, hold, decay, sustain, release, held] = numbers;
    let seconds = |seconds: f64| {
        if seconds > 0.0 {
            cents(1200.0 * seconds.log2())
        } else {
            i32::MIN
        }
    };
    let connections = vec![
        constant(Destination::Eg1Attack, seconds(attack)),
        constant(Destination::Eg1Hold, seconds(hold)),
        constant(Destination::Eg1Decay, seconds(decay)),
        constant(Destination::Eg1Sustain, (sustain * 655_360.0) as i32),
        constant(Destination::Eg1Release, seconds(release)),
    ];
    let mut engine = probe(vec![PEAK as i16; 64], RATE_HZ, true, connections)?;
    strike(&mut engine);
    let frames = |seconds: f64| (seconds * f64::from(RATE_HZ)) as usize;
    let (mut left, mut right) = (vec![0.0; frames(held)], vec![0.0; frames(held)]);
    engine.render(&mut left, &mut right);
    engine.message(1, &[0x80, 69, 64]);
    let (mut left_after, mut right_after) =
        (vec![0.0; frames(release)], vec![0.0; frames(release)]);
    engine.render(&mut left_after, &mut right_after);
    left.extend(left_after);
    right.extend(right_after);
    write(out, &left, &right)
}

pub(crate) fn cents(cents: f64) -> i32 {
    (cents * 65_536.0).round() as i32
}

/// A connection that no source moves.
pub(crate) fn constant(destination: Destination, scale: i32) -> Connection {
    Connection {
        source: Source::None,
        source_transform: Transform::default(),
        control: Source::None,
        control_transform: Transform::default(),
        destination,
        output_curve: Curve::Linear,
        scale,
    }
}

/// An engine with one instrument of one wave; its unity note is 69.
fn probe(
    frames: Vec<i16>,
    rate_hz: u32,
    loops: bool,
    connections: Vec<Connection>,
) -> Result<Engine, Box<dyn Error>> {
    let wave_loop = loops.then_some(WaveLoop {
        kind: LoopKind::Forward,
        start: 0,
        length: u32::try_from(frames.len())?,
    });
    let wave = Wave {
        name: String::new(),
        sample_rate: rate_hz,
        about: Default::default(),
        frames: frames.into(),
        sample: Some(WaveSample {
            unity_note: 69,
            wave_loop,
            ..WaveSample::default()
        }),
    };
    let region = Region::of_wave(0);
    let bank = Bank {
        info: BankInfo::default(),
        instruments: vec![Instrument {
            patch: Patch {
                drums: false,
                bank_msb: 0,
                bank_lsb: 0,
                program: 0,
            },
            name: String::new(),
            regions: vec![region],
            articulation: connections,
            dialect: Dialect::Dls,
            about: Default::default(),
        }],
        waves: vec![wave],
        warnings: Vec::new(),
    };
    engine(Arc::new(Collection::compile(&bank)?), 4)
}

fn engine(collection: Arc<Collection>, voices: u16) -> Result<Engine, Box<dyn Error>> {
    let mut engine = Engine::new(EngineConfig {
        sample_rate: RATE_HZ,
        voices,
        channel_groups: 1,
    })?;
    engine
        .download(Layer::User(0), Some(collection))
        .map_err(|_| "no room")?;
    Ok(engine)
}

/// The unity note at full velocity and volume.
fn strike(engine: &mut Engine) {
    engine.message(1, &[0xB0, 7, 127]);
    engine.message(1, &[0x90, 69, 127]);
}

fn render(engine: &mut Engine, frames: usize, out: &str) -> Done {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    engine.render(&mut left, &mut right);
    write(out, &left, &right)
}

fn write(out: &str, left: &[f32], right: &[f32]) -> Done {
    let pairs = left.iter().zip(right);
    let bytes: Vec<u8> = pairs
        .flat_map(|(left, right)| [left.to_le_bytes(), right.to_le_bytes()])
        .flatten()
        .collect();
    Ok(fs::write(out, bytes)?)
}
