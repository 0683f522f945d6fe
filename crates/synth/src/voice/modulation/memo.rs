//! A function's last argument and value, to save the next call with the same argument.

/// The argument, in bits, and the value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memo<T>(Option<(u64, T)>);

impl<T: Copy> Memo<T> {
    /// Nothing was asked for yet.
    pub(super) const EMPTY: Self = Self(None);

    /// The value at an argument.
    pub(super) fn get(&mut self, argument: f64, function: impl FnOnce(f64) -> T) -> T {
        let bits = argument.to_bits();
        match self.0 {
            Some((known, value)) if known == bits => value,
            _ => self.0.insert((bits, function(argument))).1,
        }
    }
}
