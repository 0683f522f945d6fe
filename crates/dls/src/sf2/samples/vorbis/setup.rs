//! What a Vorbis setup packet asks for, found out without giving it.
//!
//! Its codebooks say their sizes in a few bits and may leave all the rest unsaid. The walk here
//! is over those bits alone.
//! Source: Vorbis I, 3.2.1 codebook decode, 4.2.4 setup header.

/// Type and name of the packet.
const NAME: &[u8; 7] = b"\x05vorbis";
/// First bits of a codebook.
const SYNC: u32 = 0x56_4342;
/// Longest codeword, bits.
const LONGEST: u32 = 32;
/// What the code of one entry counts, beside its values.
const ENTRY: usize = 8;

/// Numbers that the tables of all codebooks hold; nothing if the packet cannot be one.
pub(super) fn work(packet: &[u8]) -> Option<usize> {
    let mut bits = Bits {
        bytes: packet.strip_prefix(NAME)?,
        position: 0,
    };
    let books = bits.take(8)? + 1;
    let mut work = 0_usize;
    for _ in 0..books {
        work = work.saturating_add(codebook(&mut bits)?);
    }
    Some(work)
}

/// Walks over one codebook.
fn codebook(bits: &mut Bits<'_>) -> Option<usize> {
    if bits.take(24)? != SYNC {
        return None;
    }
    let dimensions = bits.take(16)?;
    let entries = bits.take(24)?;
    lengths(bits, entries)?;
    let lookup = bits.take(4)?;
    let mut values = 0;
    if lookup != 0 {
        bits.skip(64)?;
        let width = bits.take(4)? + 1;
        bits.skip(1)?;
        let multiplicands = match lookup {
            1 => lattice(entries, dimensions)?,
            2 => u64::from(entries) * u64::from(dimensions),
            _ => return None,
        };
        bits.skip(multiplicands.checked_mul(width.into())?)?;
        values = usize::try_from(dimensions).ok()?;
    }
    let entries = usize::try_from(entries).ok()?;
    Some(entries.saturating_mul(values.saturating_add(ENTRY)))
}

/// Walks over the lengths of the codewords.
fn lengths(bits: &mut Bits<'_>, entries: u32) -> Option<()> {
    let ordered = bits.take(1)? == 1;
    if !ordered {
        let sparse = bits.take(1)? == 1;
        if !sparse {
            return bits.skip(u64::from(entries) * 5);
        }
        for _ in 0..entries {
            if bits.take(1)? == 1 {
                bits.skip(5)?;
            }
        }
        return Some(());
    }
    let mut length = bits.take(5)? + 1;
    let mut entry = 0;
    while entry < entries {
        let left = entries - entry;
        let count = bits.take(u32::BITS - left.leading_zeros())?;
        if count > left || length > LONGEST {
            return None;
        }
        entry += count;
        length += 1;
    }
    Some(())
}

/// The largest number whose power of `dimensions` is at most `entries`.
fn lattice(entries: u32, dimensions: u32) -> Option<u64> {
    if dimensions == 0 {
        return None;
    }
    let fits = |base: u64| {
        base.checked_pow(dimensions)
            .is_some_and(|power| power <= entries.into())
    };
    if entries == 0 {
        return Some(0);
    }
    // Between 1 and 2 to the 24th, which is more than all entries.
    let (mut low, mut high) = (1_u64, 1 << 24);
    while high - low > 1 {
        let middle = low.midpoint(high);
        if fits(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(low)
}

/// Bits, lowest first.
struct Bits<'a> {
    bytes: &'a [u8],
    /// The next bit.
    position: u64,
}

impl Bits<'_> {
    /// A number of up to 32 bits.
    fn take(&mut self, count: u32) -> Option<u32> {
        let first = usize::try_from(self.position / 8).ok()?;
        let mut word = [0; 8];
        let there = self.bytes.get(first..).unwrap_or_default();
        for (place, byte) in word.iter_mut().zip(there) {
            *place = *byte;
        }
        let shift = self.position % 8;
        self.skip(count.into())?;
        let mask = (1_u64 << count) - 1;
        u32::try_from((u64::from_le_bytes(word) >> shift) & mask).ok()
    }

    fn skip(&mut self, count: u64) -> Option<()> {
        let position = self.position.checked_add(count)?;
        let all = u64::try_from(self.bytes.len()).ok()?.checked_mul(8)?;
        if position > all {
            return None;
        }
        self.position = position;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_taken_lowest_first_and_end_with_the_bytes() {
        let mut bits = Bits {
            bytes: &[0b1010_0101, 0b0000_0011],
            position: 0,
        };
        assert_eq!(bits.take(3), Some(0b101));
        assert_eq!(bits.take(0), Some(0));
        assert_eq!(bits.take(7), Some(0b11_10100));
        assert_eq!(bits.take(7), None);
        assert_eq!(bits.take(6), Some(0));
        assert_eq!(bits.take(1), None);
    }

    #[test]
    fn lattice_is_the_whole_root() {
        for (entries, dimensions, root) in [
            (0, 3, 0),
            (1, 9, 1),
            (80, 4, 2),
            (81, 4, 3),
            (360, 2, 18),
            (361, 2, 19),
        ] {
            assert_eq!(lattice(entries, dimensions), Some(root));
        }
        assert_eq!(lattice(0xFF_FFFF, 1), Some(0xFF_FFFF));
        assert_eq!(lattice(5, 0), None);
    }

    #[test]
    fn a_codebook_counts_what_it_would_take_and_not_what_it_says() {
        // 131 072 entries of 32 dimensions, all of length 17, in thirty bytes.
        let mut bytes = NAME.to_vec();
        let mut number = 0_u128;
        let mut at = 0;
        let mut put = |value: u128, bits: u32| {
            number |= value << at;
            at += bits;
        };
        put(0, 8);
        put(SYNC.into(), 24);
        put(32, 16);
        put(131_072, 24);
        put(1, 1);
        put(16, 5);
        put(131_072, 18);
        put(1, 4);
        bytes.extend(number.to_le_bytes());
        bytes.extend([0; 16]);
        assert_eq!(work(&bytes), Some(131_072 * 40));
    }
}
