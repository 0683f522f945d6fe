//! Banks for tests, built in memory.

use dmus_dls::Bank;
use dmus_dls::bank::{
    BankInfo, Connection, Curve, Destination, Dialect, Instrument, LoopKind, Patch, Region, Source,
    Transform, Wave, WaveLoop, WaveSample,
};
use dmus_dls::units::RelativeGain;

/// Peak of the test waves, 16-bit units.
pub(crate) const PEAK: f64 = 32_000.0;

/// A sine of whole cycles.
pub(crate) fn sine(frames_per_cycle: u32, cycles: u32) -> Vec<i16> {
    (0..frames_per_cycle * cycles)
        .map(|n| {
            let angle = std::f64::consts::TAU * f64::from(n) / f64::from(frames_per_cycle);
            (PEAK * angle.sin()).round() as i16
        })
        .collect()
}

pub(crate) fn patch(drums: bool, bank_msb: u8, program: u8) -> Patch {
    Patch {
        drums,
        bank_msb,
        bank_lsb: 0,
        program,
    }
}

/// A wave that loops as a whole, unity note 69.
pub(crate) fn looped(frames: Vec<i16>, sample_rate: u32) -> Wave {
    let length = frames.len() as u32;
    Wave {
        name: String::new(),
        sample_rate,
        about: Default::default(),
        frames: frames.into(),
        sample: Some(WaveSample {
            unity_note: 69,
            wave_loop: Some(WaveLoop {
                kind: LoopKind::Forward,
                start: 0,
                length,
            }),
            ..WaveSample::default()
        }),
    }
}

/// A region over all keys and velocities.
pub(crate) fn region(wave: usize) -> Region {
    Region::of_wave(wave)
}

pub(crate) fn instrument(patch: Patch, regions: Vec<Region>) -> Instrument {
    Instrument {
        patch,
        name: String::new(),
        regions,
        articulation: Vec::new(),
        dialect: Dialect::Dls,
        about: Default::default(),
    }
}

pub(crate) fn bank(instruments: Vec<Instrument>, waves: Vec<Wave>) -> Bank {
    Bank {
        info: BankInfo::default(),
        instruments,
        waves,
        warnings: Vec::new(),
    }
}

/// The harness of most tests: one looped 441 Hz sine, unity 69, with connections.
pub(crate) fn harness(connections: &[Connection]) -> Bank {
    let mut instrument = instrument(patch(false, 0, 0), vec![region(0)]);
    instrument.articulation = connections.to_vec();
    bank(vec![instrument], vec![looped(sine(100, 1), 44_100)])
}

/// The harness with a change to its one region's playback data.
pub(crate) fn harness_with(sample: WaveSample, connections: &[Connection]) -> Bank {
    let mut bank = harness(connections);
    bank.instruments[0].regions[0].sample = Some(sample);
    bank
}

/// Playback data of the harness.
pub(crate) fn whole_loop() -> WaveSample {
    WaveSample {
        unity_note: 69,
        wave_loop: Some(WaveLoop {
            kind: LoopKind::Forward,
            start: 0,
            length: 100,
        }),
        ..WaveSample::default()
    }
}

/// A connection with the polarity that its source has in the specification's tables.
pub(crate) fn modulate(
    source: Source,
    control: Source,
    destination: Destination,
    scale: i32,
) -> Connection {
    let bipolar = matches!(
        source,
        Source::ModLfo | Source::VibLfo | Source::PitchWheel | Source::Rpn1 | Source::Rpn2
    );
    Connection {
        source,
        source_transform: Transform {
            curve: Curve::Linear,
            bipolar,
            invert: false,
        },
        control,
        control_transform: Transform::default(),
        destination,
        output_curve: Curve::Linear,
        scale,
    }
}

/// A connection from one source.
pub(crate) fn from(source: Source, destination: Destination, scale: i32) -> Connection {
    modulate(source, Source::None, destination, scale)
}

/// A constant.
pub(crate) fn base(destination: Destination, scale: i32) -> Connection {
    from(Source::None, destination, scale)
}

pub(crate) fn cents(cents: f64) -> i32 {
    (cents * 65_536.0).round() as i32
}

pub(crate) fn decibels(level_db: f64) -> i32 {
    (level_db * 655_360.0).round() as i32
}

pub(crate) fn percent(percent: f64) -> i32 {
    (percent * 655_360.0).round() as i32
}

/// Time cents of a time.
pub(crate) fn seconds(seconds: f64) -> i32 {
    cents(1200.0 * seconds.log2())
}

/// Absolute pitch of a frequency.
pub(crate) fn hertz(hertz: f64) -> i32 {
    cents(1200.0 * (hertz / 440.0).log2() + 6900.0)
}

pub(crate) fn gain(level_db: f64) -> RelativeGain {
    RelativeGain(decibels(level_db))
}

/// A time of exactly nothing.
pub(crate) const INSTANT: i32 = i32::MIN;
