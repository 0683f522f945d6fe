//! A bank as JSON: everything that was read, in the schema of docs/info.md.
//!
//! The schema's number changes when a field goes or means something else; new fields may come.

use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::path::Path;

use dmus_dls::bank::{
    About, BankInfo, Connection, Dialect, Instrument, LoopKind, Patch, Region, Transform, Wave,
    WaveSample,
};
use dmus_dls::{Bank, Warning};
use serde::Serialize;

use super::Depth;
use super::connection::{Amount, curve, destination_id, source_id};
use super::wave::{bits, length_s};

/// Number of the schema.
const SCHEMA: u32 = 1;

/// Writes the whole of a bank; of the instruments those that are asked for.
pub(super) fn write(
    out: &mut impl Write,
    file: Option<&Path>,
    bank: &Bank,
    depth: &Depth,
) -> io::Result<()> {
    let instruments = bank.instruments.iter();
    let document = Document {
        schema: SCHEMA,
        file: file.map(|path| path.to_string_lossy().into_owned()),
        info: Texts::of(&bank.info),
        instruments: instruments
            .filter(|instrument| depth.holds(instrument))
            .map(InstrumentJson::of)
            .collect(),
        waves: bank.waves.iter().map(WaveJson::of).collect(),
        warnings: bank.warnings.iter().map(WarningJson::of).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    file: Option<String>,
    info: Texts<'a>,
    instruments: Vec<InstrumentJson<'a>>,
    waves: Vec<WaveJson<'a>>,
    warnings: Vec<WarningJson<'a>>,
}

#[derive(Serialize)]
struct Texts<'a> {
    name: &'a str,
    engineer: &'a str,
    copyright: &'a str,
    comment: &'a str,
    software: &'a str,
    version: Option<[u16; 4]>,
    #[serde(flatten)]
    about: AboutJson<'a>,
}

impl<'a> Texts<'a> {
    fn of(info: &'a BankInfo) -> Self {
        Self {
            name: &info.name,
            engineer: &info.engineer,
            copyright: &info.copyright,
            comment: &info.comment,
            software: &info.software,
            version: info.version,
            about: AboutJson::of(&info.about),
        }
    }
}

/// What a part says about itself beside its name.
#[derive(Serialize)]
struct AboutJson<'a> {
    id: Option<String>,
    texts: Vec<TextJson<'a>>,
}

impl<'a> AboutJson<'a> {
    fn of(about: &'a About) -> Self {
        let texts = about.texts().iter();
        Self {
            id: about.id().map(|id| id.to_string()),
            texts: texts
                .map(|(chunk, text)| TextJson {
                    chunk: chunk.to_string(),
                    text,
                })
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct TextJson<'a> {
    chunk: String,
    text: &'a str,
}

#[derive(Serialize)]
struct InstrumentJson<'a> {
    patch: PatchJson,
    name: &'a str,
    dialect: &'static str,
    articulation: Vec<ConnectionJson>,
    regions: Vec<RegionJson<'a>>,
    #[serde(flatten)]
    about: AboutJson<'a>,
}

impl<'a> InstrumentJson<'a> {
    fn of(instrument: &'a Instrument) -> Self {
        Self {
            patch: PatchJson::of(instrument.patch),
            name: &instrument.name,
            dialect: match instrument.dialect {
                Dialect::Dls => "dls",
                Dialect::SoundFont => "soundfont",
            },
            articulation: connections(&instrument.articulation),
            regions: instrument.regions.iter().map(RegionJson::of).collect(),
            about: AboutJson::of(&instrument.about),
        }
    }
}

#[derive(Serialize)]
struct PatchJson {
    drums: bool,
    bank_msb: u8,
    bank_lsb: u8,
    program: u8,
}

impl PatchJson {
    const fn of(patch: Patch) -> Self {
        Self {
            drums: patch.drums,
            bank_msb: patch.bank_msb,
            bank_lsb: patch.bank_lsb,
            program: patch.program,
        }
    }
}

#[derive(Serialize)]
struct Range {
    low: u8,
    high: u8,
}

impl Range {
    const fn of(range: &RangeInclusive<u8>) -> Self {
        Self {
            low: *range.start(),
            high: *range.end(),
        }
    }
}

#[derive(Serialize)]
struct RegionJson<'a> {
    keys: Range,
    velocities: Range,
    wave: usize,
    sample: Option<SampleJson>,
    key_group: u16,
    self_non_exclusive: bool,
    fixed_key: Option<u8>,
    fixed_velocity: Option<u8>,
    layer: Option<u16>,
    phase_group: u16,
    phase_master: bool,
    multi_channel: bool,
    channels: u32,
    articulation: Option<Vec<ConnectionJson>>,
    #[serde(flatten)]
    about: AboutJson<'a>,
}

impl<'a> RegionJson<'a> {
    fn of(region: &'a Region) -> Self {
        Self {
            keys: Range::of(&region.keys),
            velocities: Range::of(&region.velocities),
            wave: region.wave,
            sample: region.sample.as_ref().map(SampleJson::of),
            key_group: region.key_group,
            self_non_exclusive: region.self_non_exclusive,
            fixed_key: region.fixed_key,
            fixed_velocity: region.fixed_velocity,
            layer: region.layer,
            phase_group: region.link.phase_group,
            phase_master: region.link.phase_master,
            multi_channel: region.link.multi_channel,
            channels: region.link.channels,
            articulation: region.articulation.as_deref().map(connections),
            about: AboutJson::of(&region.about),
        }
    }
}

#[derive(Serialize)]
struct SampleJson {
    unity_note: u8,
    fine_tune_cents: i16,
    gain_db: f64,
    #[serde(rename = "loop")]
    wave_loop: Option<LoopJson>,
    no_truncation: bool,
    no_compression: bool,
}

impl SampleJson {
    fn of(sample: &WaveSample) -> Self {
        Self {
            unity_note: sample.unity_note,
            fine_tune_cents: sample.fine_tune,
            gain_db: sample.gain.db(),
            wave_loop: sample.wave_loop.map(|it| LoopJson {
                kind: match it.kind {
                    LoopKind::Forward => "forward",
                    LoopKind::UntilRelease => "until_release",
                },
                start: it.start,
                length: it.length,
            }),
            no_truncation: sample.no_truncation,
            no_compression: sample.no_compression,
        }
    }
}

#[derive(Serialize)]
struct LoopJson {
    kind: &'static str,
    start: u32,
    length: u32,
}

fn connections(list: &[Connection]) -> Vec<ConnectionJson> {
    list.iter().map(ConnectionJson::of).collect()
}

#[derive(Serialize)]
struct ConnectionJson {
    source: String,
    source_transform: TransformJson,
    control: String,
    control_transform: TransformJson,
    destination: String,
    output_curve: &'static str,
    amount: Option<f64>,
    unit: &'static str,
    scale: i32,
}

impl ConnectionJson {
    fn of(connection: &Connection) -> Self {
        let (amount, unit) = Amount::of(connection).parts();
        Self {
            source: source_id(connection.source),
            source_transform: TransformJson::of(connection.source_transform),
            control: source_id(connection.control),
            control_transform: TransformJson::of(connection.control_transform),
            destination: destination_id(connection.destination),
            output_curve: curve(connection.output_curve),
            amount,
            unit,
            scale: connection.scale,
        }
    }
}

#[derive(Serialize)]
struct TransformJson {
    curve: &'static str,
    bipolar: bool,
    invert: bool,
}

impl TransformJson {
    const fn of(transform: Transform) -> Self {
        Self {
            curve: curve(transform.curve),
            bipolar: transform.bipolar,
            invert: transform.invert,
        }
    }
}

#[derive(Serialize)]
struct WaveJson<'a> {
    name: &'a str,
    sample_rate_hz: u32,
    frames: usize,
    seconds: f64,
    bits: u8,
    sample: Option<SampleJson>,
    #[serde(flatten)]
    about: AboutJson<'a>,
}

impl<'a> WaveJson<'a> {
    fn of(wave: &'a Wave) -> Self {
        Self {
            name: &wave.name,
            sample_rate_hz: wave.sample_rate,
            frames: wave.frames.len(),
            seconds: length_s(wave),
            bits: bits(wave),
            sample: wave.sample.as_ref().map(SampleJson::of),
            about: AboutJson::of(&wave.about),
        }
    }
}

#[derive(Serialize)]
struct WarningJson<'a> {
    offset: usize,
    path: &'a str,
    text: String,
}

impl<'a> WarningJson<'a> {
    fn of(warning: &'a Warning) -> Self {
        Self {
            offset: warning.offset,
            path: &warning.path,
            text: warning.defect.to_string(),
        }
    }
}
