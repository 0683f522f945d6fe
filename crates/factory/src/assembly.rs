//! Assembly of the bank: recordings become waves, and programs are laid over them.
//!
//! In: recordings and voicings from the families. Out: a [`Bank`] in program order. Several
//! programs may play one set of waves, each with its own voicing.

mod kit;

use core::fmt::{Debug, Formatter};
use core::ops::RangeInclusive;
use std::collections::BTreeMap;
use std::rc::Rc;

use dmus_dls::Bank;
use dmus_dls::bank::{
    BankInfo, Connection, Dialect, Instrument, Patch, Region, WaveLink, WaveLoop, WaveSample,
};
use dmus_dls::units::RelativeGain;

use crate::decay_law::DecayLaw;
use crate::loudness::Played;
use crate::recording::Recording;
use crate::trims::TRIMS_DB;
use crate::voicing::Voicing;

pub(crate) use kit::Drum;

/// Loudness of a note at its root and full velocity to which every instrument is brought, dB.
const HOUSE_DB: f64 = -16.0;

/// Upper byte of the bank in which General MIDI 2 has its melodic variations.
const GM2_MELODIC: u8 = 121;

/// One wave with the keys and velocities that play it.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    pub(crate) keys: RangeInclusive<u8>,
    pub(crate) velocities: RangeInclusive<u8>,
    wave: usize,
    /// Key at which the wave plays at its own rate.
    root: u8,
    sustain: Option<WaveLoop>,
    decay_s: Option<f64>,
    /// What the wave was made from: how loud it is depends on the voicing.
    recording: Rc<Recording>,
}

impl Zone {
    /// Cents by which the wave's own pitch has to be moved to become that of a key.
    pub(crate) fn cents_to(&self, key: u8) -> i16 {
        100 * (i16::from(key) - i16::from(self.root))
    }

    /// The decay that this wave alone leaves to the player.
    fn law(&self, voicing: &Voicing) -> Option<DecayLaw> {
        let root = root_of(self, voicing);
        self.decay_s.map(|decay_s| DecayLaw::through(root, decay_s))
    }
}

/// The waves of one sound, spread over the keyboard.
#[derive(Debug, Clone, Default)]
pub(crate) struct MultiSample {
    zones: Vec<Zone>,
}

impl MultiSample {
    /// One wave over the whole keyboard, at its own rate on `root`.
    pub(crate) fn single(zone: Zone, root: u8) -> Self {
        Self {
            zones: vec![Zone {
                keys: 0..=127,
                velocities: 0..=127,
                root,
                ..zone
            }],
        }
    }

    /// The wave that plays a key.
    pub(crate) fn zone(&self, key: u8) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.keys.contains(&key))
    }

    /// Whether a velocity plays it.
    pub(crate) fn answers(&self, velocity: u8) -> bool {
        let mut zones = self.zones.iter();
        zones.any(|zone| zone.velocities.contains(&velocity))
    }

    /// The same waves for a part of the velocities.
    pub(crate) fn at(mut self, velocities: RangeInclusive<u8>) -> Self {
        for zone in &mut self.zones {
            zone.velocities = velocities.clone();
        }
        self
    }

    /// The same waves each so many keys further down, slowed: what an instrument of the same shape but
    /// larger sounds like, since its resonances lie lower by as much.
    pub(crate) fn larger(mut self, keys: i8) -> Self {
        self.zones.retain_mut(|zone| {
            let lower = moved(&zone.keys, -keys);
            zone.keys = lower.clone().unwrap_or(0..=0);
            lower.is_some()
        });
        self
    }

    /// The same waves for a part of the keyboard.
    pub(crate) fn within(mut self, keys: RangeInclusive<u8>) -> Self {
        self.zones.retain_mut(|zone| {
            let low = (*zone.keys.start()).max(*keys.start());
            let high = (*zone.keys.end()).min(*keys.end());
            zone.keys = low..=high;
            low <= high
        });
        self
    }
}

/// One sound of a program.
#[derive(Debug, Clone)]
pub(crate) struct Layer<'a> {
    pub(crate) sound: &'a MultiSample,
    pub(crate) voicing: Voicing,
}

impl<'a> Layer<'a> {
    /// The decay that all waves of the layer leave to the player, if one law serves them all.
    fn law(&self) -> Option<DecayLaw> {
        let decay = |zone: &Zone| {
            zone.decay_s
                .map(|decay_s| (root_of(zone, &self.voicing), decay_s))
        };
        let decays: Option<Vec<(u8, f64)>> = self.sound.zones.iter().map(decay).collect();
        decays.and_then(|decays| DecayLaw::fit(&decays))
    }

    pub(crate) fn of(sound: &'a MultiSample, voicing: Voicing) -> Self {
        Self { sound, voicing }
    }

    /// One sound twice: in tune, and quieter beside it, so that the two never cancel.
    pub(crate) fn duo(
        sound: &'a MultiSample,
        voicing: Voicing,
        cents: i16,
        pan_percent: f64,
    ) -> [Self; 2] {
        let main = voicing
            .pan(voicing.pan_percent - pan_percent)
            .level(voicing.level_db - 1.0);
        let shadow = voicing
            .detune(voicing.detune_cents + cents)
            .pan(voicing.pan_percent + 2.0 * pan_percent)
            .level(voicing.level_db - 8.0);
        [main, shadow].map(|voicing| Self::of(sound, voicing))
    }

    /// One sound three times: in tune, and either side of it in pitch and place.
    pub(crate) fn trio(
        sound: &'a MultiSample,
        voicing: Voicing,
        cents: i16,
        pan_percent: f64,
    ) -> Vec<Self> {
        [-1_i16, 0, 1]
            .into_iter()
            .map(|side| {
                let part = voicing
                    .detune(voicing.detune_cents + side * cents)
                    .pan(voicing.pan_percent + f64::from(side) * pan_percent)
                    .level(voicing.level_db - 4.8);
                Self::of(sound, part)
            })
            .collect()
    }
}

/// Where a bank select finds a variation of a program.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Variation {
    /// Upper byte of GS's bank, the lower one being 0; `None` where GS has no such sound.
    pub(crate) gs: Option<u8>,
    /// Lower byte of General MIDI 2's bank.
    pub(crate) gm2: u8,
}

/// A layer of a program that has been added, as loud as it is there.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) sound: MultiSample,
    pub(crate) voicing: Voicing,
}

/// Whoever wants to know how far the bank is.
struct Watch(Box<dyn FnMut(&str)>);

impl Debug for Watch {
    fn fmt(&self, f: &mut Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Watch").finish_non_exhaustive()
    }
}

/// The bank in the making.
#[derive(Debug)]
pub(crate) struct Assembly {
    bank: Bank,
    watch: Watch,
    /// Layers of the programs so far.
    parts: BTreeMap<u8, Vec<Part>>,
}

impl Assembly {
    /// - `watch`: told the name of each wave
    pub(crate) fn new(info: BankInfo, watch: impl FnMut(&str) + 'static) -> Self {
        Self {
            watch: Watch(Box::new(watch)),
            bank: Bank {
                info,
                ..Bank::default()
            },
            parts: BTreeMap::new(),
        }
    }

    /// Takes one recording in; its zone covers the whole keyboard.
    pub(crate) fn wave(&mut self, recording: Recording) -> Zone {
        let (root, decay_s) = (recording.key, recording.decay_s);
        let wave = recording.to_wave();
        (self.watch.0)(&wave.name);
        let zone = Zone {
            keys: 0..=127,
            velocities: 0..=127,
            wave: self.bank.waves.len(),
            root,
            sustain: wave.sample.and_then(|sample| sample.wave_loop),
            decay_s,
            recording: Rc::new(recording),
        };
        self.bank.waves.push(wave);
        zone
    }

    /// Records a root every `step` keys; each serves the keys nearest to it, and the outer ones all
    /// that lie beyond.
    ///
    /// A resonance stays where it is while the keys move past it, so a wave that is played off its
    /// root carries it along: three keys are a change of a sixth, of which half falls on each side.
    pub(crate) fn every(
        &mut self,
        step: u8,
        roots: RangeInclusive<u8>,
        record: impl FnMut(u8) -> Recording,
    ) -> MultiSample {
        self.at(roots.step_by(usize::from(step)), record)
    }

    /// As [`every`](Self::every), at roots of one's own choice, lowest first: closer together where
    /// the sound changes faster.
    pub(crate) fn at(
        &mut self,
        roots: impl IntoIterator<Item = u8>,
        record: impl FnMut(u8) -> Recording,
    ) -> MultiSample {
        let recordings = roots.into_iter().map(record);
        let mut zones: Vec<Zone> = recordings.map(|recording| self.wave(recording)).collect();
        let nexts: Vec<u8> = zones.iter().skip(1).map(|zone| zone.root).collect();
        let mut low = 0;
        for (i, zone) in zones.iter_mut().enumerate() {
            let next = nexts.get(i);
            let high = next.map_or(127, |next| zone.root + (next - zone.root) / 2);
            debug_assert!(low <= high, "roots out of order");
            zone.keys = low..=high;
            low = high + 1;
        }
        MultiSample { zones }
    }

    /// Adds a melodic program of one sound.
    pub(crate) fn solo(&mut self, program: u8, name: &str, sound: &MultiSample, voicing: Voicing) {
        self.program(program, name, &[Layer::of(sound, voicing)]);
    }

    /// Adds a melodic program.
    pub(crate) fn program(&mut self, program: u8, name: &str, layers: &[Layer<'_>]) {
        let trim_db = TRIMS_DB
            .get(usize::from(program))
            .copied()
            .unwrap_or_default();
        let parts: Vec<Part> = layers
            .iter()
            .map(|layer| Part {
                sound: layer.sound.clone(),
                voicing: layer.voicing.level(layer.voicing.level_db + trim_db),
            })
            .collect();
        self.instrument(melodic(0, 0, program), name, &parts);
        self.parts.insert(program, parts);
    }

    /// The layers of a program that has been added.
    pub(crate) fn parts(&self, program: u8) -> Vec<Part> {
        self.parts.get(&program).cloned().unwrap_or_default()
    }

    /// Adds a variation of a program wherever a bank select looks for it.
    pub(crate) fn variation(&mut self, program: u8, at: Variation, name: &str, parts: &[Part]) {
        if let Some(msb) = at.gs {
            self.instrument(melodic(msb, 0, program), name, parts);
        }
        self.instrument(melodic(GM2_MELODIC, at.gm2, program), name, parts);
    }

    fn instrument(&mut self, patch: Patch, name: &str, parts: &[Part]) {
        let mut regions = vec![];
        for part in parts {
            let layer = Layer::of(&part.sound, part.voicing);
            let law = layer.law();
            let evened = evened_db(&layer.sound.zones, &layer.voicing, law);
            for (zone, evened_db) in layer.sound.zones.iter().zip(evened) {
                let Some(keys) = moved(&zone.keys, -layer.voicing.transpose) else {
                    continue;
                };
                let law = law.or_else(|| zone.law(&layer.voicing));
                let mut region = region(zone, &layer.voicing, law, evened_db);
                region.keys = keys;
                region.articulation = Some(layer.voicing.connections(law));
                regions.push(region);
            }
        }
        self.lay(patch, name, regions);
    }

    /// Takes an instrument in; what its regions have in common is written once.
    fn lay(&mut self, patch: Patch, name: &str, mut regions: Vec<Region>) {
        let articulation = share(&mut regions);
        self.bank.instruments.push(Instrument {
            patch,
            name: name.to_owned(),
            regions,
            articulation,
            dialect: Dialect::Dls,
            about: Default::default(),
        });
    }

    /// The finished bank, melodic programs first, each kind by program.
    pub(crate) fn finish(mut self) -> Bank {
        self.bank
            .instruments
            .sort_by_key(|instrument| instrument.patch);
        self.bank
    }
}

fn melodic(bank_msb: u8, bank_lsb: u8, program: u8) -> Patch {
    Patch {
        drums: false,
        bank_msb,
        bank_lsb,
        program,
    }
}

/// Key at which a transposed zone plays its wave at its own rate.
fn root_of(zone: &Zone, voicing: &Voicing) -> u8 {
    (i16::from(zone.root) - i16::from(voicing.transpose)).clamp(0, 127) as u8
}

/// Loudness of a zone's wave on a key, dB, before any gain.
fn loudness_db(zone: &Zone, voicing: &Voicing, law: Option<DecayLaw>, key: u8) -> f64 {
    let played = Played {
        keys: f64::from(key) - f64::from(root_of(zone, voicing)),
        cutoff_hz: voicing.filter.map(|filter| filter.at(key)),
        decay_s: zone.decay_s.and(law).map(|law| law.seconds(key)),
    };
    zone.recording.loudness_db(&played)
}

/// Gain by which a zone comes to the house's loudness on its root, dB.
fn gain_db(zone: &Zone, voicing: &Voicing, law: Option<DecayLaw>) -> f64 {
    let root = root_of(zone, voicing);
    let octaves = (f64::from(root) - 60.0) / 12.0;
    let wanted = HOUSE_DB + voicing.level_db - voicing.tilt_db * octaves;
    wanted - loudness_db(zone, voicing, law, root)
}

/// What evens out the loudness where one zone follows another, dB for each zone.
///
/// Least squares: what is left of the steps, and a little of what the zones are moved by, so that
/// many small steps in one direction do not carry the ends of the keyboard away.
fn evened_db(zones: &[Zone], voicing: &Voicing, law: Option<DecayLaw>) -> Vec<f64> {
    const HOLD: f64 = 0.06;
    let steps: Vec<f64> = zones
        .windows(2)
        .map(|pair| {
            let [low, high] = pair else { return 0.0 };
            let played =
                |key: u8| moved(&(key..=key), -voicing.transpose).map(|keys| *keys.start());
            let (Some(below), Some(above)) = (played(*low.keys.end()), played(*high.keys.start()))
            else {
                return 0.0;
            };
            let heard = |zone, key| {
                let law = law.or_else(|| Zone::law(zone, voicing));
                gain_db(zone, voicing, law) + loudness_db(zone, voicing, law, key)
            };
            heard(high, above) - heard(low, below) + voicing.tilt_db / 12.0
        })
        .collect();
    let mut evened = vec![0.0; zones.len()];
    for _ in 0..100 {
        for zone in 0..zones.len() {
            let (mut sum, mut count) = (0.0, HOLD);
            if let (Some(step), Some(next)) = (steps.get(zone), evened.get(zone + 1)) {
                sum += next + step;
                count += 1.0;
            }
            let before = zone.checked_sub(1);
            if let Some((step, last)) = before.and_then(|i| Some((steps.get(i)?, evened.get(i)?))) {
                sum += last - step;
                count += 1.0;
            }
            evened[zone] = sum / count;
        }
    }
    evened
}

fn region(zone: &Zone, voicing: &Voicing, law: Option<DecayLaw>, extra_db: f64) -> Region {
    let root = root_of(zone, voicing);
    let gain_db = (gain_db(zone, voicing, law) + extra_db).min(0.0);
    Region {
        keys: zone.keys.clone(),
        velocities: zone.velocities.clone(),
        self_non_exclusive: false,
        key_group: 0,
        layer: None,
        wave: zone.wave,
        link: WaveLink {
            phase_master: false,
            multi_channel: false,
            phase_group: 0,
            channels: 1,
        },
        sample: Some(WaveSample {
            unity_note: root,
            fine_tune: voicing.detune_cents,
            gain: RelativeGain::from_db(gain_db),
            wave_loop: zone.sustain,
            ..WaveSample::default()
        }),
        articulation: None,
        fixed_key: None,
        fixed_velocity: None,
        about: Default::default(),
    }
}

/// Keys moved along the keyboard, `None` when nothing stays on it; an end that touched an end of
/// the keyboard still does.
fn moved(keys: &RangeInclusive<u8>, by: i8) -> Option<RangeInclusive<u8>> {
    let shift = |key: u8| match key {
        0 | 127 => i16::from(key),
        key => i16::from(key) + i16::from(by),
    };
    let (low, high) = (shift(*keys.start()).max(0), shift(*keys.end()).min(127));
    (low <= high).then_some(low as u8..=high as u8)
}

/// Moves the articulation that most regions have up to the instrument: those need none of their own.
fn share(regions: &mut [Region]) -> Vec<Connection> {
    let alike = |list: &Option<Vec<Connection>>| {
        let same = regions.iter().filter(|region| region.articulation == *list);
        same.count()
    };
    // Of equally many the first, so that the result does not depend on how regions are compared.
    let most = regions
        .iter()
        .map(|region| &region.articulation)
        .rev()
        .max_by_key(|list| alike(list))
        .cloned()
        .flatten();
    for region in regions.iter_mut() {
        if region.articulation == most {
            region.articulation = None;
        }
    }
    most.unwrap_or_default()
}
