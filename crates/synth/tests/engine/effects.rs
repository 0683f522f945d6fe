//! Effects from outside: notes and messages in, returns out, measured.

mod bits;
mod chorus;
mod convolution;
mod delay;
mod glides;
mod hostile;
mod measures;
mod midi;
mod reverb;
mod sleep;

use dmus_dls::Bank;
use dmus_dls::bank::{LoopKind, WaveLoop};
use dmus_synth::{Buses, Engine, EngineConfig, Layer, Stereo};

use crate::bank::{bank, instrument, looped, patch, region, sine};
use crate::rig::{HEADROOM, compile};

/// Frames a second of all tests here.
const RATE: u32 = 48_000;

/// Bus of the reverb, chorus and delay in [`Heard::returns`].
const REVERB: usize = 0;
const CHORUS: usize = 1;
const DELAY: usize = 2;

/// Controllers that send to them.
const SENDS: [u8; 3] = [91, 93, 94];

/// Amplitude that the click has at a send of 1.
const CLICK: f64 = 32_000.0 / 32_768.0 * HEADROOM;

/// Program 0 is a single click, 1 a sine of 480 Hz, 2 noise; each at its own pitch on key 69.
fn sounds() -> Bank {
    let mut click = looped(vec![0; 64], RATE);
    click.frames = (0..64)
        .map(|n| if n == 0 { 32_000 } else { 0 })
        .collect::<Vec<i16>>()
        .into();
    if let Some(sample) = &mut click.sample {
        sample.wave_loop = None;
    }
    let noise: Vec<i16> = (0..1 << 16)
        .scan(1_u32, |state, _| {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Some((*state >> 16) as i16 / 4)
        })
        .collect();
    let mut noise = looped(noise, RATE);
    if let Some(sample) = &mut noise.sample {
        sample.wave_loop = Some(WaveLoop {
            kind: LoopKind::Forward,
            start: 0,
            length: 1 << 16,
        });
    }
    let programs = (0..3)
        .map(|program| instrument(patch(false, 0, program), vec![region(usize::from(program))]))
        .collect();
    bank(programs, vec![click, looped(sine(100, 1), RATE), noise])
}

/// What an engine gave.
#[derive(Default, Clone)]
struct Heard {
    main: [Vec<f32>; 2],
    returns: [[Vec<f32>; 2]; 3],
}

impl Heard {
    fn new(frames: usize) -> Self {
        let sides = || [vec![0.0; frames], vec![0.0; frames]];
        Self {
            main: sides(),
            returns: [sides(), sides(), sides()],
        }
    }
}

/// An engine with effects.
struct Hall {
    engine: Engine,
}

impl Hall {
    /// Every part at full volume and with no send at all.
    fn new() -> Self {
        Self::at(RATE)
    }

    fn at(sample_rate: u32) -> Self {
        let mut engine = Engine::with_effects(EngineConfig {
            sample_rate,
            voices: 32,
            channel_groups: 1,
        })
        .unwrap();
        engine
            .download(Layer::User(0), Some(compile(&sounds())))
            .unwrap();
        let mut hall = Self { engine };
        hall.prepare();
        hall
    }

    fn prepare(&mut self) {
        for channel in 0..16 {
            self.send(&[0xB0 | channel, 7, 127]);
            for controller in SENDS {
                self.send(&[0xB0 | channel, controller, 0]);
            }
        }
    }

    fn send(&mut self, message: &[u8]) {
        self.engine.message(0, message);
    }

    /// A GS data set of one byte.
    fn gs(&mut self, address: u8, value: u8) {
        let sum = 0x40_u8
            .wrapping_add(1)
            .wrapping_add(address)
            .wrapping_add(value);
        self.send(&[
            0xF0,
            0x41,
            0x10,
            0x42,
            0x12,
            0x40,
            1,
            address,
            value,
            sum.wrapping_neg() & 0x7F,
            0xF7,
        ]);
    }

    /// A GM2 global parameter.
    fn gm2(&mut self, slot: u8, parameter: u8, value: u8) {
        self.send(&[
            0xF0, 0x7F, 0x7F, 4, 5, 1, 1, 1, 1, slot, parameter, value, 0xF7,
        ]);
    }

    /// Plays a program on channel 1 that is sent to one bus alone, in full.
    fn play(&mut self, program: u8, bus: usize) {
        self.send(&[0xB0, SENDS[bus], 127]);
        self.send(&[0xC0, program]);
        self.send(&[0x90, 69, 127]);
    }

    fn run(&mut self, frames: usize) -> Heard {
        let mut heard = Heard::new(frames);
        let Heard { main, returns } = &mut heard;
        fn stereo([left, right]: &mut [Vec<f32>; 2]) -> Stereo<'_> {
            Stereo { left, right }
        }
        self.engine.render_buses(Buses {
            main: stereo(main),
            parts: None,
            returns: Some(returns.each_mut().map(stereo)),
        });
        heard
    }

    fn run_s(&mut self, seconds: f64) -> Heard {
        self.run((seconds * f64::from(self.engine.config().sample_rate)) as usize)
    }
}
