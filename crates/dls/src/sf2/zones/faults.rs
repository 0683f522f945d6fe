//! What is wrong with the zones of one preset or instrument: counted, and noted once for each kind.

use crate::error::Defect;
use crate::limits;
use crate::sf2::generators::{self, id};
use crate::sf2::modulators::{self, Tally};

/// What is wrong with the generators and modulators of one owner's zones.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) unknown: Tally,
    pub(super) at_preset: Tally,
    pub(super) behind: Tally,
    pub(super) order: Tally,
    pub(super) twice: Tally,
    pub(super) range: Tally,
    /// The value of the first that is out of range.
    value: i16,
    pub(super) over_limit: bool,
    pub(super) modulators: modulators::Faults,
}

impl Faults {
    /// Looks at a generator that says a value.
    pub(super) fn check(&mut self, generator: u16, amount: i16, terminal: u16) {
        let at_preset = terminal == id::INSTRUMENT;
        match generators::spec(generator) {
            None => self.unknown.count(generator),
            Some(spec) if at_preset && !spec.at_preset => self.at_preset.count(generator),
            Some(spec) if !at_preset && !spec.allows(amount) => {
                if self.range.count == 0 {
                    self.value = amount;
                }
                self.range.count(generator);
            }
            Some(_) => {}
        }
    }

    /// Notes each kind once.
    pub(super) fn note(&self, note: &mut dyn FnMut(Defect)) {
        if let Some((generator, count)) = self.unknown.found() {
            note(Defect::GeneratorUnknown { generator, count });
        }
        if let Some((generator, count)) = self.at_preset.found() {
            note(Defect::GeneratorAtPreset { generator, count });
        }
        if let Some((generator, count)) = self.behind.found() {
            note(Defect::GeneratorBehind { generator, count });
        }
        if let Some((generator, count)) = self.order.found() {
            note(Defect::GeneratorOrder { generator, count });
        }
        if let Some((generator, count)) = self.twice.found() {
            note(Defect::GeneratorTwice { generator, count });
        }
        if let Some((generator, count)) = self.range.found() {
            note(Defect::GeneratorRange {
                generator,
                value: self.value.into(),
                count,
            });
        }
        if self.over_limit {
            note(Defect::OverLimit {
                limit: limits::GENERATORS,
            });
        }
        self.modulators.note(note);
    }
}
