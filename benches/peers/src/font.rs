//! A SoundFont of one wave whose unity note is 60, and of presets that differ in their generators.

use std::ops::Range;

/// Frames of silence behind a wave, as the format wants.
const GUARD: usize = 46;

/// A name, and generators by the format's numbers.
pub(crate) type Preset<'a> = (&'a str, &'a [(u16, i16)]);

/// What a font is made of.
pub(crate) struct Font<'a> {
    pub(crate) wave: &'a [i16],
    /// Frames per second of the wave.
    pub(crate) rate: u32,
    /// Frames between which it loops, if it does.
    pub(crate) looped: Option<Range<u32>>,
    /// By program, from 0.
    pub(crate) presets: &'a [Preset<'a>],
}

impl Font<'_> {
    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let sound = self.wave.iter().flat_map(|sample| sample.to_le_bytes());
        let sound: Vec<u8> = sound.chain([0; 2 * GUARD]).collect();
        let info = [
            chunk(b"ifil", &[2, 0, 1, 0]),
            chunk(b"isng", b"EMU8000\0"),
            chunk(b"INAM", b"bench\0"),
        ];
        let lists = [
            list(b"INFO", &info),
            list(b"sdta", &[chunk(b"smpl", &sound)]),
            list(b"pdta", &tables(self)),
        ];
        chunk(b"RIFF", &[&b"sfbk"[..], &lists.concat()].concat())
    }
}

fn chunk(tag: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes();
    let padding = &[0][..data.len() % 2];
    [&tag[..], &length, data, padding].concat()
}

fn list(kind: &[u8; 4], chunks: &[Vec<u8>]) -> Vec<u8> {
    chunk(b"LIST", &[&kind[..], &chunks.concat()].concat())
}

/// What the format calls hydra.
fn tables(font: &Font<'_>) -> [Vec<u8>; 9] {
    let mut tables = [const { Vec::new() }; 9];
    let [phdr, pbag, pmod, pgen, inst, ibag, imod, igen, shdr] = &mut tables;
    let generator = |table: &mut Vec<u8>, number: u16, amount: i16| {
        table.extend([number.to_le_bytes(), amount.to_le_bytes()].concat());
    };
    let bag = |table: &mut Vec<u8>, first: u16| {
        table.extend([first.to_le_bytes(), [0; 2]].concat());
    };
    let head = |table: &mut Vec<u8>, name: &str| {
        let mut field = [0; 20];
        field[..name.len()].copy_from_slice(name.as_bytes());
        table.extend(field);
    };
    let preset = |table: &mut Vec<u8>, name: &str, number: u16| {
        head(table, name);
        table.extend([number, 0, number].map(u16::to_le_bytes).concat());
        table.extend([0; 12]);
    };
    let mut generators = 0;
    // Looped if it is, and the wave last.
    let last: &[(u16, i16)] = if font.looped.is_some() {
        &[(54, 1), (53, 0)]
    } else {
        &[(53, 0)]
    };
    for (&(name, settings), number) in font.presets.iter().zip(0_u16..) {
        preset(phdr, name, number);
        bag(pbag, number);
        // The preset's instrument.
        generator(pgen, 41, number.cast_signed());
        head(inst, name);
        inst.extend(number.to_le_bytes());
        bag(ibag, generators);
        for &(number, amount) in settings.iter().chain(last) {
            generator(igen, number, amount);
            generators += 1;
        }
    }
    let end = font.presets.len() as u16;
    preset(phdr, "EOP", end);
    bag(pbag, end);
    generator(pgen, 0, 0);
    head(inst, "EOI");
    inst.extend(end.to_le_bytes());
    bag(ibag, generators);
    generator(igen, 0, 0);
    pmod.extend([0; 10]);
    imod.extend([0; 10]);
    head(shdr, "wave");
    let looped = font.looped.clone().unwrap_or_default();
    for number in [
        0,
        font.wave.len() as u32,
        looped.start,
        looped.end,
        font.rate,
    ] {
        shdr.extend(number.to_le_bytes());
    }
    // Unity note, fine tuning, no link, mono.
    shdr.extend([60, 0, 0, 0, 1, 0]);
    head(shdr, "EOS");
    shdr.extend([0; 26]);
    let tags = [
        b"phdr", b"pbag", b"pmod", b"pgen", b"inst", b"ibag", b"imod", b"igen", b"shdr",
    ];
    let mut number = 0;
    tables.map(|table| {
        number += 1;
        chunk(tags[number - 1], &table)
    })
}
