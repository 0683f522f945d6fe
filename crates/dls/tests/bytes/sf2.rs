//! SoundFonts put together by hand, right or wrong.

use super::file::{chunk, list, riff, u16s, u32s};

/// A generator by its number, with its amount.
pub(crate) type Generator = (u16, i16);
/// Source, destination, amount, second source, transform.
pub(crate) type Modulator = [u16; 5];

/// Generators and modulators of one zone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Zone {
    pub(crate) generators: Vec<Generator>,
    pub(crate) modulators: Vec<Modulator>,
}

/// A zone of generators; the one that ends it stands last.
pub(crate) fn zone(generators: &[Generator]) -> Zone {
    Zone {
        generators: generators.to_vec(),
        modulators: Vec::new(),
    }
}

/// A zone with modulators.
pub(crate) fn modulated(generators: &[Generator], modulators: &[Modulator]) -> Zone {
    Zone {
        generators: generators.to_vec(),
        modulators: modulators.to_vec(),
    }
}

/// A range as the amount of a generator.
pub(crate) fn span(low: u8, high: u8) -> i16 {
    i16::from_le_bytes([low, high])
}

/// A sample header.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Header {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) loop_start: u32,
    pub(crate) loop_end: u32,
    pub(crate) rate_hz: u32,
    pub(crate) key: u8,
    pub(crate) correction: i8,
    pub(crate) link: u16,
    pub(crate) kind: u16,
}

/// 100 mono frames with a loop that leaves 10 at either end.
pub(crate) const HEADER: Header = Header {
    start: 0,
    end: 100,
    loop_start: 10,
    loop_end: 90,
    rate_hz: 44_100,
    key: 69,
    correction: 0,
    link: 0,
    kind: 1,
};

/// A preset or an instrument.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    pub(crate) bank: u16,
    pub(crate) program: u16,
    pub(crate) zones: Vec<Zone>,
}

/// A whole file; what is public may be made wrong.
#[derive(Debug, Clone)]
pub(crate) struct Font {
    pub(crate) version: [u16; 2],
    /// More chunks of the INFO list.
    pub(crate) info: Vec<Vec<u8>>,
    pub(crate) presets: Vec<Owner>,
    pub(crate) instruments: Vec<Owner>,
    pub(crate) samples: Vec<Header>,
    /// Body of `smpl`.
    pub(crate) data: Vec<u8>,
    /// Body of `sm24`.
    pub(crate) low: Option<Vec<u8>>,
}

/// A preset; of an instrument bank and program say nothing.
pub(crate) fn preset(bank: u16, program: u16, zones: &[Zone]) -> Owner {
    Owner {
        bank,
        program,
        zones: zones.to_vec(),
    }
}

impl Font {
    /// One preset that plays one instrument of the given zones, and one sample.
    pub(crate) fn of(zones: &[Zone]) -> Self {
        Self {
            version: [2, 4],
            info: vec![chunk(b"isng", b"EMU8000\0"), chunk(b"INAM", b"Font\0\0")],
            presets: vec![preset(0, 0, &[zone(&[(41, 0)])])],
            instruments: vec![preset(0, 0, zones)],
            samples: vec![HEADER],
            data: frames(146),
            low: None,
        }
    }

    /// The same with other zones of the preset.
    pub(crate) fn with_preset(mut self, zones: &[Zone]) -> Self {
        self.presets = vec![preset(0, 0, zones)];
        self
    }

    /// The tables with their terminal records, in the order of the specification.
    pub(crate) fn tables(&self) -> Vec<([u8; 4], Vec<u8>)> {
        let presets = Side::of(&self.presets);
        let instruments = Side::of(&self.instruments);
        let mut phdr = Vec::new();
        for (owner, bag) in self.presets.iter().zip(&presets.first) {
            phdr.extend(name("Preset"));
            phdr.extend(u16s(&[owner.program, owner.bank, *bag]));
            phdr.extend([0; 12]);
        }
        phdr.extend(name("EOP"));
        phdr.extend(u16s(&[0, 0, presets.bags() - 1]));
        phdr.extend([0; 12]);
        let mut inst = Vec::new();
        for bag in &instruments.first {
            inst.extend(name("Instrument"));
            inst.extend(u16s(&[*bag]));
        }
        inst.extend(name("EOI"));
        inst.extend(u16s(&[instruments.bags() - 1]));
        let mut shdr: Vec<u8> = self.samples.iter().flat_map(Header::bytes).collect();
        shdr.extend(name("EOS"));
        shdr.extend([0; 26]);
        vec![
            (*b"phdr", phdr),
            (*b"pbag", presets.bag),
            (*b"pmod", presets.modulators),
            (*b"pgen", presets.generators),
            (*b"inst", inst),
            (*b"ibag", instruments.bag),
            (*b"imod", instruments.modulators),
            (*b"igen", instruments.generators),
            (*b"shdr", shdr),
        ]
    }

    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.with_tables(&self.tables())
    }

    /// The file with other tables.
    pub(crate) fn with_tables(&self, tables: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
        riff(b"sfbk", &self.lists(tables))
    }

    /// The three lists of the file.
    pub(crate) fn lists(&self, tables: &[([u8; 4], Vec<u8>)]) -> Vec<Vec<u8>> {
        let version = vec![chunk(b"ifil", &u16s(&self.version))];
        let mut data = vec![chunk(b"smpl", &self.data)];
        data.extend(self.low.iter().map(|low| chunk(b"sm24", low)));
        let tables: Vec<Vec<u8>> = tables.iter().map(|(id, body)| chunk(id, body)).collect();
        vec![
            list(b"INFO", &[version, self.info.clone()].concat()),
            list(b"sdta", &data),
            list(b"pdta", &tables),
        ]
    }
}

/// 0, 1, 2 and so on as frames.
pub(crate) fn frames(count: u16) -> Vec<u8> {
    (0..count).flat_map(u16::to_le_bytes).collect()
}

/// A name of twenty bytes.
pub(crate) fn name(text: &str) -> [u8; 20] {
    let mut bytes = [0; 20];
    bytes[..text.len()].copy_from_slice(text.as_bytes());
    bytes
}

impl Header {
    fn bytes(&self) -> Vec<u8> {
        let places = [
            self.start,
            self.end,
            self.loop_start,
            self.loop_end,
            self.rate_hz,
        ];
        let tuning = [self.key, self.correction.to_le_bytes()[0]];
        let kind = u16s(&[self.link, self.kind]);
        [name("Sample").as_slice(), &u32s(&places), &tuning, &kind].concat()
    }
}

/// The tables of presets, or of instruments.
#[derive(Default)]
struct Side {
    /// First zone of each owner.
    first: Vec<u16>,
    bag: Vec<u8>,
    generators: Vec<u8>,
    modulators: Vec<u8>,
}

impl Side {
    fn of(owners: &[Owner]) -> Self {
        let mut side = Self::default();
        for owner in owners {
            side.first.push(side.bags());
            for zone in &owner.zones {
                side.open();
                for (generator, amount) in &zone.generators {
                    side.generators.extend(generator.to_le_bytes());
                    side.generators.extend(amount.to_le_bytes());
                }
                for modulator in &zone.modulators {
                    side.modulators.extend(u16s(modulator));
                }
            }
        }
        // The terminal zone, generator and modulator are nobody's.
        side.open();
        side.generators.extend([0; 4]);
        side.modulators.extend([0; 10]);
        side
    }

    fn open(&mut self) {
        let records = |bytes: &[u8], size| u16::try_from(bytes.len() / size).unwrap();
        let indices = [records(&self.generators, 4), records(&self.modulators, 10)];
        self.bag.extend(u16s(&indices));
    }

    fn bags(&self) -> u16 {
        u16::try_from(self.bag.len() / 4).unwrap()
    }
}
