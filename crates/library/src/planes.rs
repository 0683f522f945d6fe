//! Recordings in a form that compresses well, and back, without a loss.
//!
//! A file of 16-bit frames becomes the differences of neighbours, first the lower bytes of all, then
//! the upper ones, which are nearly all alike. Whatever else is in the file comes back as well.
//!
//! In: bytes. Out: as many bytes. Thread: any.

/// Differences in two planes; of an odd number of bytes the last stays as it is, at the end.
pub(crate) fn split(bytes: &[u8]) -> Vec<u8> {
    let (words, rest) = bytes.as_chunks::<2>();
    let mut before = 0_u16;
    let mut low = Vec::with_capacity(bytes.len());
    let mut high = Vec::with_capacity(words.len());
    for word in words {
        let now = u16::from_le_bytes(*word);
        let [lower, upper] = now.wrapping_sub(before).to_le_bytes();
        low.push(lower);
        high.push(upper);
        before = now;
    }
    low.extend(high);
    low.extend(rest);
    low
}

/// What [`split`] was given.
pub(crate) fn join(planes: &[u8]) -> Vec<u8> {
    let (low, rest) = planes.split_at(planes.len() / 2);
    let (high, rest) = rest.split_at(low.len());
    let mut now = 0_u16;
    let mut bytes = Vec::with_capacity(planes.len());
    for (lower, upper) in low.iter().zip(high) {
        now = now.wrapping_add(u16::from_le_bytes([*lower, *upper]));
        bytes.extend(now.to_le_bytes());
    }
    bytes.extend(rest);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_comes_back() {
        for length in 0..300_u16 {
            let bytes: Vec<u8> = (0..length)
                .map(|at| {
                    u64::from(at)
                        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                        .to_le_bytes()[6]
                })
                .collect();
            assert_eq!(join(&split(&bytes)), bytes, "{length} bytes");
        }
    }

    #[test]
    fn the_upper_plane_of_a_smooth_curve_is_of_few_bytes() {
        let curve = (0..500_i16).flat_map(|at| (at * 60).to_le_bytes());
        let planes = split(&curve.collect::<Vec<u8>>());
        assert!(planes[500..].iter().all(|upper| *upper == 0));
    }
}
