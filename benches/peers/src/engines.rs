//! Synthesizers that play, each behind the same few calls.

use std::error::Error;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use dmus_dls::Image;
use dmus_synth::{EngineConfig, Interpolation, Layer};
use oxisynth::{InterpolationMethod, MidiEvent, SynthDescriptor};
use rustysynth::{SoundFont, Synthesizer, SynthesizerSettings};

use crate::events::Event;
use crate::load;

/// Frames of a block.
pub(crate) const BLOCK: usize = 64;

/// Most voices of one rustysynth.
const RUSTY_VOICES: usize = 256;

/// What is asked of a synthesizer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish<'a> {
    pub(crate) font: &'a Path,
    /// 1, 4 or 7, as FluidSynth has them; ours takes 16 for 7.
    pub(crate) taps: u32,
    pub(crate) effects: bool,
    pub(crate) voices: usize,
}

/// A synthesizer that plays.
pub(crate) trait Player {
    fn send(&mut self, event: &Event);

    /// Renders a block of [`BLOCK`] frames.
    fn render(&mut self, left: &mut [f32], right: &mut [f32]);

    /// Voices that sound, where the synthesizer tells.
    fn voices(&self) -> u32 {
        0
    }
}

/// Makes a synthesizer by its name.
pub(crate) fn make(name: &str, wish: Wish<'_>) -> Result<Box<dyn Player>, Box<dyn Error>> {
    Ok(match name {
        "dmus" => Box::new(dmus(wish)?),
        "rustysynth" => Box::new(Rusty::new(wish)?),
        "oxisynth" => Box::new(oxi(wish)?),
        _ => return Err("`dmus`, `rustysynth` or `oxisynth`?".into()),
    })
}

fn dmus(wish: Wish<'_>) -> Result<dmus_synth::Engine, Box<dyn Error>> {
    let file = File::open(wish.font)?;
    let length = usize::try_from(file.metadata()?.len())?;
    let image = Image::read_file(&file, length, &mut |_| ControlFlow::Continue(()))?;
    let collection = load::compiled(&image.ok_or("not read")?)?;
    let config = EngineConfig {
        sample_rate: 48_000,
        voices: u16::try_from(wish.voices)?,
        channel_groups: 1,
    };
    let mut engine = match wish.effects {
        true => dmus_synth::Engine::with_effects(config)?,
        false => dmus_synth::Engine::new(config)?,
    };
    engine.set_interpolation(match wish.taps {
        1 => Interpolation::Linear,
        4 => Interpolation::Cubic,
        _ => Interpolation::Sinc,
    });
    engine
        .download(Layer::User(0), Some(Arc::new(collection)))
        .map_err(|_| "no room")?;
    Ok(engine)
}

/// Prints the vector instructions that ours uses here.
pub(crate) fn tell_level() -> Result<(), Box<dyn Error>> {
    let engine = dmus_synth::Engine::new(EngineConfig {
        sample_rate: 48_000,
        voices: 1,
        channel_groups: 1,
    })?;
    println!("{}", engine.level());
    Ok(())
}

impl Player for dmus_synth::Engine {
    fn send(&mut self, event: &Event) {
        self.message(1, event.message());
    }

    fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.render(left, right);
    }

    fn voices(&self) -> u32 {
        self.stats().voices
    }
}

/// As many of them as the voices need, sharing the font; notes are dealt out by key.
struct Rusty {
    parts: Vec<Synthesizer>,
    part: [Vec<f32>; 2],
}

impl Rusty {
    fn new(wish: Wish<'_>) -> Result<Self, Box<dyn Error>> {
        let font = Arc::new(SoundFont::new(&mut File::open(wish.font)?)?);
        let mut settings = SynthesizerSettings::new(48_000);
        settings.block_size = BLOCK;
        settings.maximum_polyphony = wish.voices.min(RUSTY_VOICES);
        settings.enable_reverb_and_chorus = wish.effects;
        let parts = (0..wish.voices.div_ceil(RUSTY_VOICES))
            .map(|_| Synthesizer::new(&font, &settings))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            parts,
            part: [vec![0.0; BLOCK], vec![0.0; BLOCK]],
        })
    }
}

impl Player for Rusty {
    fn send(&mut self, event: &Event) {
        let [status, first, second] = event.bytes.map(i32::from);
        let count = self.parts.len();
        let is_note = matches!(status & 0xF0, 0x80 | 0x90);
        for (index, part) in self.parts.iter_mut().enumerate() {
            if !is_note || usize::from(event.bytes[1]) % count == index {
                part.process_midi_message(status & 15, status & 0xF0, first, second);
            }
        }
    }

    fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        let Some((first, rest)) = self.parts.split_first_mut() else {
            return;
        };
        first.render(left, right);
        let [more_left, more_right] = &mut self.part;
        for part in rest {
            part.render(more_left, more_right);
            for (sum, more) in left.iter_mut().zip(&*more_left) {
                *sum += more;
            }
            for (sum, more) in right.iter_mut().zip(&*more_right) {
                *sum += more;
            }
        }
    }
}

fn oxi(wish: Wish<'_>) -> Result<oxisynth::Synth, Box<dyn Error>> {
    let mut synth = oxisynth::Synth::new(SynthDescriptor {
        sample_rate: 48_000.0,
        polyphony: u16::try_from(wish.voices)?,
        reverb_active: wish.effects,
        chorus_active: wish.effects,
        interpolation: match wish.taps {
            1 => InterpolationMethod::Linear,
            4 => InterpolationMethod::FourthOrder,
            _ => InterpolationMethod::SeventhOrder,
        },
        ..SynthDescriptor::default()
    })?;
    synth.add_font(
        oxisynth::SoundFont::load(&mut File::open(wish.font)?)?,
        true,
    );
    Ok(synth)
}

impl Player for oxisynth::Synth {
    fn send(&mut self, event: &Event) {
        let [status, first, second] = event.bytes;
        let channel = status & 15;
        let event = match status & 0xF0 {
            0x80 => MidiEvent::NoteOff {
                channel,
                key: first,
            },
            0x90 => MidiEvent::NoteOn {
                channel,
                key: first,
                vel: second,
            },
            0xB0 => MidiEvent::ControlChange {
                channel,
                ctrl: first,
                value: second,
            },
            0xC0 => MidiEvent::ProgramChange {
                channel,
                program_id: first,
            },
            0xD0 => MidiEvent::ChannelPressure {
                channel,
                value: first,
            },
            _ => MidiEvent::PitchBend {
                channel,
                value: u16::from(first) | u16::from(second) << 7,
            },
        };
        // A note that no instrument has is an error there, and of no interest here.
        let _ = self.send_event(event);
    }

    fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.write((left, right));
    }
}
