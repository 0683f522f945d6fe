//! Numbers that look random and are the same for the same seed.
//!
//! Source: G. Steele, D. Lea, C. Flood, Fast Splittable Pseudorandom Number Generators, 2014.

/// A sequence of numbers.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The sequence of a seed.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 if there is none.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next().checked_rem(bound).unwrap_or(0)
    }

    /// True once in so many times.
    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of several.
    pub(crate) fn of<T: Copy, const N: usize>(&mut self, choices: [T; N]) -> T {
        let index = self.below(N as u64);
        choices[usize::try_from(index).unwrap_or(0)]
    }

    /// A byte.
    pub(crate) fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    /// A state that was cut, bent, made up or left as it was.
    pub(crate) fn damaged(&mut self, whole: &[u8]) -> Vec<u8> {
        let mut bytes = whole.to_vec();
        match self.below(4) {
            0 => {
                let length = usize::try_from(self.below(bytes.len() as u64 + 1)).unwrap_or(0);
                bytes.truncate(length);
            }
            1 => {
                for _ in 0..8 {
                    let at = usize::try_from(self.below(bytes.len() as u64)).unwrap_or(0);
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1 << self.below(8);
                    }
                }
            }
            2 => bytes = (0..self.below(200)).map(|_| self.byte()).collect(),
            _ => {}
        }
        bytes
    }

    /// A number between 0 and 1, or now and then one that is none or far away.
    pub(crate) fn value(&mut self) -> f64 {
        if self.one_in(20) {
            return self.of([
                f64::NAN,
                f64::INFINITY,
                f64::NEG_INFINITY,
                -1e300,
                f64::MIN_POSITIVE,
                1e9,
            ]);
        }
        let high = u32::try_from(self.next() >> 32).unwrap_or(0);
        f64::from(high) / f64::from(u32::MAX) * 1.2 - 0.1
    }
}
