//! Organs: programs 16 to 23.
//!
//! Tonewheels are nine sines per key into a rotor; pipes are ranks, each a little out of tune with
//! the next; reeds are one rich spectrum through a small box.

use crate::assembly::{Assembly, Layer};
use crate::plan::LoopPlan;
use crate::players::Players;
use crate::recording::{Onset, Recording};
use crate::spectrum::Spectrum;
use crate::steady::steady;
use crate::strike::{Partial, Strike};
use crate::units::key_to_hz;
use crate::voicing::{Decay, Filter, Vibrato, Voicing};

/// Keys of the nine drawbars, as multiples of the 16-foot fundamental.
const DRAWBARS: [usize; 9] = [1, 3, 2, 4, 6, 8, 10, 12, 16];

pub(crate) fn build(assembly: &mut Assembly) {
    tonewheels(assembly);
    reeds(assembly);
    let pipes = assembly.every(8, 29..=93, church);
    let nave = Voicing::HELD
        .filter(Filter::by_velocity(6000.0, 1200.0))
        .attack(0.05)
        .release(1.1)
        .level(0.5);
    assembly.solo(19, "Church Organ", &pipes, nave);
}

fn tonewheels(assembly: &mut Assembly) {
    let full = Registration {
        name: "Drawbars",
        levels: [0.8, 0.7, 1.0, 0.55, 0.3, 0.35, 0.16, 0.16, 0.22],
        drive: 0.5,
    };
    let jazz = Registration {
        name: "Drawbars short",
        levels: [0.8, 0.8, 1.0, 0.12, 0.0, 0.0, 0.0, 0.0, 0.0],
        ..full
    };
    let rock = Registration {
        name: "Drawbars driven",
        levels: [0.9, 0.8, 1.0, 0.8, 0.35, 0.5, 0.2, 0.25, 0.5],
        drive: 1.6,
    };
    let mut bars = |bars: Registration| assembly.every(4, 25..=97, |key| bars.record(key));
    let (full, jazz, rock) = (bars(full), bars(jazz), bars(rock));
    let click = assembly.every(8, 28..=92, percussion);

    // The rotor moves pitch and level together; the wheel brings in more of its vibrato.
    let rotor = |hz, cents, depth_db| {
        Voicing::HELD
            .filter(swell(3000.0))
            .attack(0.004)
            .release(0.12)
            .vibrato(Vibrato {
                hz,
                delay_s: 0.01,
                cents,
                wheel_cents: 30.0,
            })
            .tremolo(hz, depth_db)
            .level(-1.0)
    };
    // Horn and drum turn at their own speeds, either side of the middle.
    let turning =
        |slow: Voicing, fast: Voicing| [slow.pan(-16.0).level(-2.5), fast.pan(16.0).level(-2.5)];
    let pair = |sound, voicings: [Voicing; 2]| voicings.map(|voicing| Layer::of(sound, voicing));
    let chorale = turning(rotor(0.7, 3.0, 0.6), rotor(0.83, 5.0, 0.9));
    assembly.program(16, "Drawbar Organ", &pair(&full, chorale));
    let still = rotor(6.6, 3.0, 0.3).filter(swell(900.0));
    let hit = still.decay(Decay::Wave(1.0)).no_vibrato().level(-2.0);
    let layers = [Layer::of(&jazz, still), Layer::of(&click, hit)];
    assembly.program(17, "Percussive Organ", &layers);
    let tremolo = turning(rotor(5.9, 6.0, 1.2), rotor(6.7, 10.0, 1.8));
    let driven = tremolo.map(|voicing| voicing.filter(swell(6000.0)));
    assembly.program(18, "Rock Organ", &pair(&rock, driven));
}

/// A tonewheel's key knows no strength; what a pedal does to the whole organ, velocity does to a note:
/// softer is a little darker, on all keys alike.
const fn swell(hz: f64) -> Filter {
    Filter {
        key_cents: 100.0,
        ..Filter::by_velocity(hz, 1500.0)
    }
}

fn reeds(assembly: &mut Assembly) {
    let bright = assembly.every(4, 29..=97, |key| free_reed(key, &ACCORDION));
    let mouth = assembly.every(3, 28..=97, |key| free_reed(key, &HARMONICA));

    let bellows = Voicing::HELD.attack(0.06).release(0.35).level(-1.0);
    // A harmonium's reeds speak through a swell box.
    let boxed = bellows.filter(Filter::by_velocity(1900.0, 1200.0));
    assembly.program(
        20,
        "Reed Organ",
        &[
            Layer::of(&bright, boxed.level(-3.0).detune(-2)),
            Layer::of(&bright, boxed.level(-9.0).up(12).detune(3)),
        ],
    );
    assembly.program(21, "Accordion", &Layer::trio(&bright, bellows, 13, 10.0));
    let blown = bellows.attack(0.03);
    assembly.solo(22, "Harmonica", &mouth, blown);
    assembly.program(
        23,
        "Tango Accordion",
        &[
            Layer::of(&bright, bellows.level(-4.0).detune(-2)),
            Layer::of(&bright, bellows.level(-6.0).up(12).detune(2)),
        ],
    );
}

/// A setting of a tonewheel organ.
#[derive(Clone, Copy)]
struct Registration {
    name: &'static str,
    /// Levels of [`DRAWBARS`].
    levels: [f64; 9],
    /// Gain into the valve; 0 leaves it out.
    drive: f64,
}

/// What the valve of an organ's loudspeaker lets through, Hz.
const VALVE_TOP_HZ: f64 = 12_800.0;

impl Registration {
    fn record(&self, key: u8) -> Recording {
        // Planned an octave down, where the 16-foot bar is the fundamental.
        // High up the overdriven valve's harmonics come near the top of the wave.
        let wanted_hz = if key > 76 { 40_000.0 } else { 32_000.0 };
        let plan = LoopPlan::new(key - 12, 1024, wanted_hz);
        let top = plan.top_hz().min(VALVE_TOP_HZ);
        let mut spectrum = Spectrum::new(plan.len);
        for (wheel, level) in DRAWBARS.into_iter().zip(self.levels) {
            let wheel = folded(plan.hz(plan.periods * wheel), wheel);
            spectrum.add(plan.periods * wheel, level, 0.37 * wheel as f64);
        }
        let mut frames = spectrum.into_loop();
        if self.drive > 0.0 {
            let peak = frames
                .iter()
                .fold(0.0_f64, |peak, value| peak.max(value.abs()));
            for value in &mut frames {
                *value = libm::tanh(self.drive * *value / peak + 0.15);
            }
            frames = Spectrum::of(&frames)
                .shape(plan.rate_hz(), |hz| if hz > top { 0.0 } else { 1.0 })
                .into_loop();
        }
        let click = Onset {
            seconds: 0.02,
            opening_s: 0.004,
            dark_multiple: 4.0,
            burst_db: -14.0,
            burst_s: 0.003,
            burst_hz: 2500.0,
        };
        let mut recording = Recording::blown(self.name, &plan, frames, &click);
        recording.key = key;
        recording
    }
}

/// The wheel that sounds instead when a wheel would be above the highest one, 5.9 kHz.
fn folded(hz: f64, wheel: usize) -> usize {
    if hz > 5900.0 && wheel.is_multiple_of(2) {
        folded(hz / 2.0, wheel / 2)
    } else {
        wheel
    }
}

/// The percussion of a tonewheel organ: the second harmonic, dying away.
fn percussion(key: u8) -> Recording {
    let plan = LoopPlan::new(key, 512, 24_000.0);
    let f0 = key_to_hz(f64::from(key));
    let strike = Strike {
        lead_s: 0.02,
        shared_s: 1.1,
        rise_s: 0.001,
        knock: None,
    };
    let partials = [
        Partial::simple(2.0 * f0, 1.0, 0.7),
        Partial::simple(3.0 * f0, 0.3, 0.7),
    ];
    strike.record("Percussion", &plan, &partials)
}

/// A principal chorus: five ranks and a mixture, each rank with its own tuning.
fn church(key: u8) -> Recording {
    let (len, rate) = (4096, if key < 60 { 16_000.0 } else { 32_000.0 });
    let plan = LoopPlan::new(key - 12, len, rate);
    let mut frames = vec![0.0; len];
    let ranks = [
        (1, 0.5),
        (2, 1.0),
        (4, 0.7),
        (6, 0.25),
        (8, 0.55),
        (12, 0.32),
        (16, 0.36),
    ];
    for (i, (rank, level)) in ranks.into_iter().enumerate() {
        let pipe = LoopPlan {
            periods: plan.periods * rank,
            ..plan
        };
        let group = Players {
            count: 1,
            detune_cents: 0.0,
            vibrato_cents: 0.6,
            vibrato_hz: 3.0,
            breathing: 0.03,
            seed: 300 + i as u64,
        };
        let sound = group.play(&pipe, |number, hz| {
            // The sixteen-foot pipe is stopped: its even harmonics are weak.
            let stopped = rank == 1 && number.is_multiple_of(2);
            let level = if stopped { 0.2 * level } else { level };
            level / libm::pow(number as f64, 1.3) / (1.0 + (hz / 5000.0) * (hz / 5000.0))
        });
        for (value, pipe) in frames.iter_mut().zip(sound) {
            *value += pipe;
        }
    }
    let mut wind = Spectrum::of(&frames);
    wind.add_noise(plan.rate_hz(), u64::from(key), |hz| {
        0.0006 / (1.0 + hz / 1500.0)
    });
    let top = plan.top_hz();
    let wind = wind.shape(plan.rate_hz(), |hz| if hz > top { 0.0 } else { 1.0 });
    let onset = Onset {
        seconds: 0.1,
        opening_s: 0.03,
        dark_multiple: 2.0,
        burst_db: -20.0,
        burst_s: 0.03,
        burst_hz: 1800.0,
    };
    let mut recording = Recording::blown(
        "Principal chorus",
        &plan,
        steady(wind, plan.periods),
        &onset,
    );
    recording.key = key;
    recording
}

/// A free reed in its box.
struct Reed {
    name: &'static str,
    /// How fast the harmonics fall, as a power of their number.
    slope: f64,
    /// Centre and strength of the box's resonance.
    formant: (f64, f64),
    breath: f64,
    /// Slow changes of the player's breath, `0.0..1.0`.
    breathing: f64,
}

const ACCORDION: Reed = Reed {
    name: "Accordion",
    slope: 0.7,
    formant: (1400.0, 1.5),
    breath: 0.0006,
    breathing: 0.02,
};

const HARMONICA: Reed = Reed {
    name: "Harmonica",
    slope: 0.6,
    formant: (2200.0, 2.0),
    breath: 0.002,
    breathing: 0.1,
};

fn free_reed(key: u8, reed: &Reed) -> Recording {
    let plan = LoopPlan::new(key, 2048, 22_000.0);
    let player = Players {
        count: 1,
        detune_cents: 0.0,
        vibrato_cents: 0.8,
        vibrato_hz: 5.0,
        breathing: reed.breathing,
        seed: 401,
    };
    let frames = player.play_spread(&plan, |n, hz| {
        let (centre, strength) = reed.formant;
        let distance = libm::log2(hz / centre);
        let formant = 1.0 + strength * libm::exp(-distance * distance);
        formant / libm::pow(n as f64, reed.slope) / (1.0 + libm::pow(hz / 4200.0, 3.0))
    });
    let mut breath = Spectrum::of(&frames);
    breath.add_noise(plan.rate_hz(), u64::from(key) + 60, |hz| {
        reed.breath * hz / (hz + 1500.0)
    });
    let top = plan.top_hz();
    let breath = breath.shape(plan.rate_hz(), |hz| if hz > top { 0.0 } else { 1.0 });
    let onset = Onset {
        seconds: 0.07,
        opening_s: 0.025,
        dark_multiple: 3.0,
        burst_db: -30.0,
        burst_s: 0.02,
        burst_hz: 2500.0,
    };
    Recording::blown(reed.name, &plan, steady(breath, plan.periods), &onset)
}
