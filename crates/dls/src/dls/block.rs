//! One connection block: from its six numbers to a connection.
//!
//! A Level 1 block leaves the polarity of its source unsaid, and some writers of Level 2 blocks do
//! the same. It is filled in here, so that the model holds what is meant: where a block is one of
//! the implied connections its source has that connection's transform, whatever else a Level 1
//! block says of it has the polarity that lies in its nature.
//! Source: \[DLS2\] connection blocks, tables of implied connections.

use super::articulation::{BLOCK, Level};
use super::code::{self, Numbers, Transforms};
use super::sample::clamped_gain;
use crate::bank::{Connection, ConnectionKey, Curve, Destination, Source, Transform};
use crate::error::Defect;
use crate::riff::Fields;

mod implied;

/// A block's twelve bytes, in numbers of the specifications and of ours.
pub(crate) fn bytes_of(connection: &Connection) -> [u8; BLOCK] {
    let transforms = Transforms {
        source: connection.source_transform,
        control: connection.control_transform,
        output: connection.output_curve,
    };
    let [a, b] = code::source_code(connection.source).to_le_bytes();
    let [c, d] = code::source_code(connection.control).to_le_bytes();
    let [e, f] = code::destination_code(connection.destination).to_le_bytes();
    let [g, h] = transforms.pack().to_le_bytes();
    let [i, j, k, l] = connection.scale.to_le_bytes();
    [a, b, c, d, e, f, g, h, i, j, k, l]
}

/// The connection of a block of our own chunks, where nothing is left open or put right.
pub(crate) fn literal(block: Fields<'_>) -> Option<Connection> {
    let (transforms, known) = Transforms::unpack(block.u16(6)?, Numbers::Extended);
    known.then_some(Connection {
        source: code::source(block.u16(0)?, Numbers::Extended)?,
        source_transform: transforms.source,
        control: code::source(block.u16(2)?, Numbers::Extended)?,
        control_transform: transforms.control,
        destination: code::destination(block.u16(4)?, Numbers::Extended)?,
        output_curve: transforms.output,
        scale: block.i32(8)?,
    })
}

/// Reads blocks of one chunk and keeps count of what it leaves out.
#[derive(Debug)]
pub(crate) struct BlockReader {
    level_1: bool,
    level: Level,
    sources: Tally,
    destinations: Tally,
    transforms: Tally,
    key_numbers: usize,
    implied: usize,
    bipolar_times: usize,
}

/// How often something was found, and what it was first.
#[derive(Debug, Default)]
struct Tally {
    first: u16,
    blocks: usize,
}

impl Tally {
    fn count(&mut self, code: u16) {
        if self.blocks == 0 {
            self.first = code;
        }
        self.blocks += 1;
    }
}

impl BlockReader {
    /// - `level_1`: the blocks are those of an `art1`
    /// - `level`: where their list stands
    pub(crate) fn new(level_1: bool, level: Level) -> Self {
        Self {
            level_1,
            level,
            sources: Tally::default(),
            destinations: Tally::default(),
            transforms: Tally::default(),
            key_numbers: 0,
            implied: 0,
            bipolar_times: 0,
        }
    }

    /// The connection of a block; `None` when it has no meaning here.
    pub(crate) fn read(
        &mut self,
        block: Fields<'_>,
        note: &mut dyn FnMut(Defect),
    ) -> Option<Connection> {
        let source = self.source(block.u16(0)?)?;
        let control = self.source(block.u16(2)?)?;
        let code = block.u16(4)?;
        let Some(destination) = code::destination(code, Numbers::Plain) else {
            self.destinations.count(code);
            return None;
        };
        if destination == Destination::KeyNumber && self.level == Level::Region {
            self.key_numbers += 1;
            return None;
        }
        let word = block.u16(6)?;
        let (mut transforms, known) = Transforms::unpack(word, Numbers::Plain);
        if !known {
            self.transforms.count(word);
        }
        self.fill_in(&mut transforms, (source, control, destination));
        let mut scale = block.i32(8)?;
        if destination == Destination::Gain {
            scale = clamped_gain(scale, note).0;
        }
        Some(Connection {
            source,
            source_transform: transforms.source,
            control,
            control_transform: transforms.control,
            destination,
            output_curve: transforms.output,
            scale,
        })
    }

    /// Completes the transforms of a block that leaves its source's open.
    fn fill_in(&mut self, transforms: &mut Transforms, key: ConnectionKey) {
        let (source, control, destination) = key;
        if transforms.source == Transform::default() {
            if let Some(implied) = implied::transform(source, control, destination) {
                transforms.source = implied;
                transforms.output = Curve::Linear;
                self.implied += usize::from(!self.level_1);
            } else if self.level_1 {
                // What Level 1 writes as the transform of the product acts on the source.
                transforms.source = Transform {
                    curve: transforms.output,
                    bipolar: implied::is_bipolar(source),
                    invert: false,
                };
                transforms.output = Curve::Linear;
            }
        }
        // Key and velocity lengthen or shorten a time from zero on; converters set the bit by
        // mistake.
        let from_zero = matches!(source, Source::KeyNumber | Source::Velocity);
        if from_zero && implied::is_time(destination) && transforms.source.bipolar {
            transforms.source.bipolar = false;
            self.bipolar_times += 1;
        }
    }

    fn source(&mut self, code: u16) -> Option<Source> {
        let source = code::source(code, Numbers::Plain);
        if source.is_none() {
            self.sources.count(code);
        }
        source
    }

    /// Notes what was left out, once for each kind.
    pub(crate) fn note_ignored(self, note: &mut dyn FnMut(Defect)) {
        let Tally {
            first: code,
            blocks,
        } = self.sources;
        if blocks > 0 {
            note(Defect::UnknownSource { code, blocks });
        }
        let Tally {
            first: code,
            blocks,
        } = self.destinations;
        if blocks > 0 {
            note(Defect::UnknownDestination { code, blocks });
        }
        let Tally {
            first: word,
            blocks,
        } = self.transforms;
        if blocks > 0 {
            note(Defect::UnknownTransform { word, blocks });
        }
        if self.key_numbers > 0 {
            note(Defect::KeyNumberAtRegion {
                blocks: self.key_numbers,
            });
        }
        if self.implied > 0 {
            note(Defect::TransformImplied {
                blocks: self.implied,
            });
        }
        if self.bipolar_times > 0 {
            note(Defect::TimeBipolar {
                blocks: self.bipolar_times,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::implied::{ATTENUATION, BIPOLAR};
    use super::*;

    fn read(level_1: bool, numbers: [u16; 4]) -> Connection {
        let mut block: Vec<u8> = numbers
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect();
        block.extend(7_i32.to_le_bytes());
        let mut reader = BlockReader::new(level_1, Level::Instrument);
        reader.read(Fields(&block), &mut |_| {}).unwrap()
    }

    #[test]
    fn level_1_velocity_on_gain_is_inverted_concave() {
        for word in [0, 1] {
            let connection = read(true, [2, 0, 1, word]);
            assert_eq!(connection.source_transform, ATTENUATION);
            assert_eq!(connection.output_curve, Curve::Linear);
        }
    }

    #[test]
    fn output_concave_on_velocity_is_taken_as_meant_for_the_source() {
        let connection = read(false, [2, 0, 1, 1]);
        assert_eq!(connection.source_transform, ATTENUATION);
        assert_eq!(connection.output_curve, Curve::Linear);
    }

    #[test]
    fn level_1_oscillator_is_bipolar_with_and_without_control() {
        for control in [0x00, 0x81] {
            assert_eq!(read(true, [1, control, 3, 0]).source_transform, BIPOLAR);
        }
    }

    #[test]
    fn level_1_bipolar_nature_holds_outside_the_tables() {
        assert_eq!(read(true, [6, 0, 4, 0]).source_transform, BIPOLAR);
        assert_eq!(
            read(true, [5, 0, 4, 0]).source_transform,
            Transform::default()
        );
    }

    #[test]
    fn level_1_curve_outside_the_tables_acts_on_the_source() {
        let connection = read(true, [2, 0, 0x0500, 1]);
        assert_eq!(connection.source_transform.curve, Curve::Concave);
        assert_eq!(connection.output_curve, Curve::Linear);
    }

    #[test]
    fn level_2_word_outside_the_tables_is_taken_literally() {
        assert_eq!(
            read(false, [6, 0, 4, 0]).source_transform,
            Transform::default()
        );
        assert_eq!(read(false, [2, 0, 0x0500, 1]).output_curve, Curve::Concave);
    }

    #[test]
    fn stated_source_transform_beats_the_tables() {
        let connection = read(false, [2, 0, 1, 0x8000]);
        assert_eq!(
            connection.source_transform,
            Transform {
                invert: true,
                ..Transform::default()
            }
        );
    }

    #[test]
    fn key_and_velocity_scale_times_from_zero_on() {
        for (source, destination) in [(3, 0x0207), (3, 0x0310), (2, 0x0206)] {
            assert!(
                !read(false, [source, 0, destination, 0x4000])
                    .source_transform
                    .bipolar
            );
        }
        assert!(read(false, [3, 0, 0x0500, 0x4000]).source_transform.bipolar);
    }
}
