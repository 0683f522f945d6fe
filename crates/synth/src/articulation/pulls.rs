//! Pulls: the connections from oscillators and envelopes, as they stand until a message comes.
//!
//! Of all that such a connection multiplies, only the signal is another one at every tick. The rest
//! is looked up when note or channel change, and what multiplies with nothing is left out.
//! Owner: the voice. Thread: render.

use dmus_dls::bank::{Curve, Source, Transform};

use super::term::Term;
use super::{Inputs, Signals, TICK_TARGETS, TickSums, TickTarget};

/// Most pulls of one note. Of more the list itself is run, as it is for curves on what moves.
const MOST: usize = 6;

/// A signal on its way to a destination.
#[derive(Debug, Clone, Copy)]
struct Pull {
    /// Number of a signal.
    signal: u8,
    /// Number of a [`TickTarget`].
    target: u8,
    /// What the signal is multiplied with, one after the other.
    factors: [f64; 3],
}

impl Pull {
    const NONE: Self = Self {
        signal: 0,
        target: 0,
        factors: [0.0; 3],
    };

    /// Of a connection that takes a signal as it is; none if it bends it.
    fn of(term: &Term, inputs: &Inputs<'_>) -> Option<Self> {
        let source = signal_of(term.source, term.source_transform);
        let control = signal_of(term.control, term.control_transform);
        let (signal, standing) = match (source, control) {
            (Some(Signal::Plain(number)), None) => {
                (number, inputs.value(term.control, term.control_transform))
            }
            (None, Some(Signal::Plain(number))) => {
                (number, inputs.value(term.source, term.source_transform))
            }
            _ => return None,
        };
        let depth = if term.is_wheel_vibrato {
            inputs.controls.parameters.wheel_depth()
        } else {
            1.0
        };
        (term.output_curve == Curve::Linear).then_some(Self {
            signal,
            target: term.target,
            factors: [standing, term.amount, depth],
        })
    }
}

/// How a connection takes what moves.
enum Signal {
    /// As it is; by number.
    Plain(u8),
    /// Through a curve, or turned around.
    Bent,
}

/// The signal that an input is; none if it stands still.
fn signal_of(source: Source, transform: Transform) -> Option<Signal> {
    let (number, is_bipolar) = match source {
        Source::ModLfo => (Signals::MOD_LFO, true),
        Source::VibLfo => (Signals::VIB_LFO, true),
        Source::Eg1 => (Signals::EG1, false),
        Source::Eg2 => (Signals::EG2, false),
        _ => return None,
    };
    let is_plain =
        transform.curve == Curve::Linear && transform.bipolar == is_bipolar && !transform.invert;
    Some(if is_plain {
        Signal::Plain(number)
    } else {
        Signal::Bent
    })
}

/// Everything that moves a note by itself, until note or channel change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pulls {
    pulls: [Pull; MOST],
    len: u8,
    /// Some connections are not among them: the list is to be run instead.
    is_partial: bool,
    /// Signals that they listen to, by bits.
    signals: u8,
    /// Destinations that they reach, by bits.
    targets: u8,
}

impl Pulls {
    /// Nothing moves.
    pub(super) const NONE: Self = Self {
        pulls: [Pull::NONE; MOST],
        len: 0,
        is_partial: false,
        signals: 0,
        targets: 0,
    };

    /// Of those connections that add anything, as note and channel are now.
    pub(super) fn settle<'t>(terms: impl Iterator<Item = &'t Term>, inputs: &Inputs<'_>) -> Self {
        let mut pulls = Self::NONE;
        for term in terms.filter(|term| inputs.stirs(term)) {
            let slot = pulls.pulls.get_mut(usize::from(pulls.len));
            if let (Some(slot), Some(pull)) = (slot, Pull::of(term, inputs)) {
                pulls.signals |= 1 << pull.signal;
                *slot = pull;
                pulls.len += 1;
            } else {
                pulls.is_partial = true;
                pulls.signals = u8::MAX;
            }
            pulls.targets |= 1 << term.target;
        }
        pulls
    }

    /// Whether anything moves.
    pub(crate) const fn any(&self) -> bool {
        self.targets != 0
    }

    /// Whether the list of connections is to be run instead.
    pub(crate) const fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// Whether some of them listen to a signal, by its number.
    pub(crate) const fn listen_to(&self, signal: u8) -> bool {
        self.signals & 1 << signal != 0
    }

    /// Whether some of them reach one of these destinations.
    pub(crate) fn reach<const N: usize>(&self, targets: [TickTarget; N]) -> bool {
        let bits = targets.into_iter().map(|target| 1 << target as u8);
        self.targets & bits.fold(0, |all, bit| all | bit) != 0
    }

    /// What they add, in the order of the connections.
    #[inline]
    pub(crate) fn sum(&self, signals: &Signals) -> TickSums {
        let mut sums = TickSums::ZERO;
        let signals = signals.by_number();
        for pull in self.pulls.get(..usize::from(self.len)).unwrap_or_default() {
            let [standing, amount, depth] = pull.factors;
            let signal = signals[usize::from(pull.signal) % signals.len()];
            sums.0[usize::from(pull.target) % TICK_TARGETS] += signal * standing * amount * depth;
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::articulation::curves::CurveTables;
    use crate::articulation::{Links, Strike};
    use crate::channel::controllers::Controls;

    const PLAIN: Transform = Transform {
        curve: Curve::Linear,
        bipolar: true,
        invert: false,
    };

    fn vibrato(control: Source) -> Term {
        Term {
            source: Source::VibLfo,
            source_transform: PLAIN,
            control,
            control_transform: Transform::default(),
            output_curve: Curve::Linear,
            target: TickTarget::Pitch as u8,
            amount: 33.3,
            is_wheel_vibrato: control == Source::Controller(1),
        }
    }

    /// What the pulls of a list add, and what the list itself does.
    fn both(terms: &[Term], wheel: u8) -> (Pulls, [TickSums; 2]) {
        let mut controls = Controls::power_on();
        controls.set(1, wheel);
        let inputs = Inputs {
            tables: &CurveTables::new(),
            controls: &controls,
            strike: Strike::default(),
            links: &Links::NONE,
            signals: Signals {
                mod_lfo: -0.3,
                vib_lfo: 0.7,
                eg1: 0.6,
                eg2: 0.1,
            },
            pressure: None,
        };
        let pulls = Pulls::settle(terms.iter(), &inputs);
        let sums = [
            pulls.sum(&inputs.signals),
            TickSums(inputs.sum(terms.iter())),
        ];
        (pulls, sums)
    }

    #[test]
    fn pulls_add_what_their_connections_do_to_the_bit() {
        let wheel = vibrato(Source::Controller(1));
        let turned = Term {
            source: Source::Controller(1),
            source_transform: Transform::default(),
            control: Source::Eg2,
            ..wheel
        };
        let (pulls, [ours, theirs]) = both(&[wheel, turned, vibrato(Source::None)], 99);
        assert!(!pulls.is_partial());
        assert!(pulls.listen_to(Signals::EG2) && !pulls.listen_to(Signals::MOD_LFO));
        assert!(pulls.reach([TickTarget::Gain, TickTarget::Pitch]));
        assert!(!pulls.reach([TickTarget::Gain]));
        let (ours, theirs) = (ours.get(TickTarget::Pitch), theirs.get(TickTarget::Pitch));
        assert!(ours != 0.0);
        assert_eq!(ours.to_bits(), theirs.to_bits());
    }

    #[test]
    fn what_waits_for_a_wheel_pulls_nothing() {
        let (pulls, _) = both(&[vibrato(Source::Controller(1))], 0);
        assert!(!pulls.any());
    }

    #[test]
    fn a_curve_on_a_signal_and_too_many_pulls_are_left_to_the_list() {
        let curved = Term {
            source_transform: Transform {
                curve: Curve::Convex,
                ..PLAIN
            },
            ..vibrato(Source::None)
        };
        assert!(both(&[curved], 0).0.is_partial());
        assert!(both(&[vibrato(Source::None); MOST + 1], 0).0.is_partial());
        assert!(!both(&[vibrato(Source::None); MOST], 0).0.is_partial());
    }
}
