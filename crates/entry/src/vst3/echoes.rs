//! Edits of the window on their way back from the host.
//!
//! What the user does in the window holds at once, and the host is told of it. Most hosts send it
//! back with a later block, when the user may be further on; taken then, it would throw the value
//! back. So what was told is known here for a while, and left out when it returns.
//!
//! Owner: the render side. Thread: render; nothing is allocated after construction.

/// Edits that are known at once; older ones are forgotten for newer.
const MOST: usize = 256;
/// How long one is known, seconds.
const PATIENCE_S: f64 = 1.0;
/// Hosts may keep values in single precision.
const PRECISION: f64 = 1e-6;

#[derive(Clone, Copy, Debug)]
struct Echo {
    id: u32,
    value: f64,
    left_s: f64,
}

/// Edits that may come back, oldest first.
pub(super) struct Echoes(Vec<Echo>);

impl Echoes {
    /// None. Allocates.
    pub(super) fn new() -> Self {
        Self(Vec::with_capacity(MOST))
    }

    /// The host is told of an edit.
    ///
    /// # Real-time
    /// Render. Bounded by [`MOST`].
    pub(super) fn expect(&mut self, id: u32, value: f64) {
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        let left_s = PATIENCE_S;
        self.0.push(Echo { id, value, left_s });
    }

    /// Whether a value is an edit that comes back. It and those before it are then forgotten.
    ///
    /// # Real-time
    /// Render. Bounded by [`MOST`].
    pub(super) fn take(&mut self, id: u32, value: f64) -> bool {
        let is_it = |echo: &Echo| echo.id == id && (echo.value - value).abs() <= PRECISION;
        let Some(place) = self.0.iter().position(is_it) else {
            return false;
        };
        let mut at = 0;
        self.0.retain(|echo| {
            at += 1;
            at > place + 1 || echo.id != id
        });
        true
    }

    /// Time passes.
    ///
    /// # Real-time
    /// Render. Bounded by [`MOST`].
    pub(super) fn pass(&mut self, seconds: f64) {
        self.0.retain_mut(|echo| {
            echo.left_s -= seconds;
            echo.left_s > 0.0
        });
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edit_comes_back_once() {
        let mut echoes = Echoes::new();
        echoes.expect(1, 0.5);
        assert!(!echoes.take(2, 0.5) && !echoes.take(1, 0.6));
        assert!(echoes.take(1, f64::from(0.5_f32)));
        assert!(!echoes.take(1, 0.5));
    }

    #[test]
    fn host_that_sends_the_last_of_several_has_sent_all() {
        let mut echoes = Echoes::new();
        for value in [0.1, 0.2, 0.3] {
            echoes.expect(1, value);
            echoes.expect(2, value);
        }
        assert!(echoes.take(1, 0.2));
        assert!(!echoes.take(1, 0.1));
        assert!(echoes.take(1, 0.3) && echoes.take(2, 0.1));
    }

    #[test]
    fn edit_is_known_for_a_second() {
        let mut echoes = Echoes::new();
        echoes.expect(1, 0.5);
        echoes.pass(0.9);
        echoes.expect(1, 0.7);
        echoes.pass(0.2);
        assert!(!echoes.take(1, 0.5));
        assert!(echoes.take(1, 0.7));
    }

    #[test]
    fn newest_edits_are_known() {
        let mut echoes = Echoes::new();
        let room = echoes.0.capacity();
        for value in 0..1_000 {
            echoes.expect(1, f64::from(value));
        }
        assert!(!echoes.take(1, 0.0));
        assert!(echoes.take(1, 999.0));
        assert_eq!(echoes.0.capacity(), room);
    }
}
