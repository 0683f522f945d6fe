//! Chunks put together by hand, part by part, honest or not.

/// One part of a chunk.
#[derive(Clone)]
pub(crate) struct Part(Vec<u8>);

impl Part {
    pub(crate) fn set_u32(&mut self, at: usize, value: u32) {
        self.0[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn set_u16s(&mut self, at: usize, values: &[u16]) {
        for (n, value) in values.iter().enumerate() {
            self.0[at + 2 * n..at + 2 * n + 2].copy_from_slice(&value.to_le_bytes());
        }
    }
}

/// The parts of a chunk by index; the first is the object.
pub(crate) struct Chunk {
    pub(crate) parts: Vec<Part>,
}

impl Chunk {
    pub(crate) fn new(parts: Vec<Part>) -> Self {
        Self { parts }
    }

    /// The chunk with the id 77.
    pub(crate) fn bytes(&self, kind: u32) -> Vec<u8> {
        let head = 16 + 4 * self.parts.len();
        let total = head + self.parts.iter().map(|part| part.0.len()).sum::<usize>();
        let mut bytes = Vec::new();
        for field in [kind, 77, number(self.parts.len()), number(total)] {
            bytes.extend(field.to_le_bytes());
        }
        let mut offset = head;
        for part in &self.parts {
            bytes.extend(number(offset).to_le_bytes());
            offset += part.0.len();
        }
        for part in &self.parts {
            bytes.extend(&part.0);
        }
        bytes
    }
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap()
}

fn words(values: &[u32]) -> Part {
    Part(
        values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect(),
    )
}

/// Patch 0 with indices of its first region, articulation, extension and copyright.
pub(crate) fn instrument(region: u32, articulation: u32, extension: u32, copyright: u32) -> Part {
    words(&[0, region, articulation, extension, copyright, 0])
}

/// All keys and velocities on a wave, unity 60, no loop.
pub(crate) fn region(articulation: u32, next: u32, extension: u32, wave: u32) -> Part {
    let mut part = words(&[0; 18]);
    part.set_u16s(0, &[0, 127, 0, 127]);
    for (at, value) in [(12, articulation), (16, next), (20, extension), (32, wave)] {
        part.set_u32(at, value);
    }
    part.set_u32(36, 20);
    part.set_u16s(40, &[60]);
    part.set_u32(56, 16);
    part
}

/// A Level 1 articulation whose numbers stand at the index `at`, and those numbers.
pub(crate) fn articulation_1(at: u32, numbers: &[i32]) -> [Part; 2] {
    let numbers: Vec<u32> = numbers.iter().map(|it| it.cast_unsigned()).collect();
    [words(&[at, 0]), words(&numbers)]
}

/// A Level 2 articulation with the indices of its list and of the next one.
pub(crate) fn articulation_2(list: u32, next: u32) -> Part {
    words(&[list, 0, next])
}

/// A list of connections: source, control, destination, transform and scale.
pub(crate) fn list(blocks: &[([u16; 4], i32)]) -> Part {
    let mut part = words(&[8, number(blocks.len())]);
    for (numbers, scale) in blocks {
        part.0
            .extend(numbers.iter().flat_map(|it| it.to_le_bytes()));
        part.0.extend(scale.to_le_bytes());
    }
    part
}

/// An extension with the index of the next one.
pub(crate) fn extension(next: u32, data: &[u8]) -> Part {
    let mut part = words(&[number(data.len()), next, u32::from_le_bytes(*b"test")]);
    part.0.extend(data);
    part
}

/// An extension with an id, the last of its chain.
pub(crate) fn own_extension(id: &[u8; 4], data: &[u8]) -> Part {
    let mut part = words(&[number(data.len()), 0, u32::from_le_bytes(*id)]);
    part.0.extend(data);
    part
}

/// A text with its length.
pub(crate) fn text(data: &[u8]) -> Part {
    let mut part = words(&[number(data.len())]);
    part.0.extend(data);
    part
}

/// A wave of 22 050 Hz and its data.
pub(crate) fn wave(bits: u16, data: &[u8]) -> Vec<Part> {
    let mut object = words(&[0, 0, 1, 0, 22_050, 22_050, 0, 0]);
    object.set_u16s(12, &[1, 1]);
    object.set_u16s(24, &[bits / 8, bits]);
    vec![object, text(data)]
}
