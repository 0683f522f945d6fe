//! In which order things of one frame reach the plug-in.
//!
//! VST3 hands controllers over one queue after another and notes apart from them, so what a song
//! had in a row arrives sorted by kind. At each frame come: parameters; system messages, which may
//! reset what follows; bank and program; controllers; notes. Controllers that only mean something
//! together are put together again: the n-th values of a frame of the two bank numbers and the
//! program, and of a registered parameter's number and its data.
//!
//! Thread: render. Source: \[MIDI1\] bank select, registered and non-registered parameters.

/// A place within a block; lower ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Order {
    frame: u32,
    rank: Rank,
    group: u32,
    /// As they came.
    number: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Parameter,
    System,
    Program,
    Controller,
    Note,
}

/// Groups of controllers before any that belong together: mode messages, the rest, and a null
/// number that nothing was selected before.
const MODE: u32 = 0;
const PLAIN: u32 = 1;
const EARLY_NULL: u32 = 2;
/// The first group of those that belong together, and how many each turn has.
const TURNS: u32 = 16;
const TURN: u32 = 16;

/// How far the values of one controller have come in one frame.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Turn {
    frame: u32,
    count: u32,
    is_begun: bool,
}

impl Turn {
    /// Values of this frame before this one.
    fn before(&mut self, frame: u32) -> u32 {
        if !self.is_begun || self.frame != frame {
            *self = Self {
                frame,
                count: 0,
                is_begun: true,
            };
        }
        self.count
    }
}

impl Order {
    /// The frame.
    pub(super) const fn frame(self) -> u32 {
        self.frame
    }

    /// The same at another frame.
    pub(super) const fn at(self, frame: u32) -> Self {
        Self { frame, ..self }
    }

    /// A parameter of the plug-in's.
    pub(super) const fn parameter(frame: u32, number: u32) -> Self {
        Self::new(frame, Rank::Parameter, 0, number)
    }

    /// A system message.
    pub(super) const fn system(frame: u32, number: u32) -> Self {
        Self::new(frame, Rank::System, 0, number)
    }

    /// Anything that sounds or is done to what sounds.
    pub(super) const fn note(frame: u32, number: u32) -> Self {
        Self::new(frame, Rank::Note, 0, number)
    }

    /// A program.
    ///
    /// - `turn`: kept for the queue that it comes from
    pub(super) fn program(frame: u32, number: u32, turn: &mut Turn) -> Self {
        let before = turn.before(frame);
        turn.count += 1;
        Self::new(frame, Rank::Program, before * TURN + 2, number)
    }

    /// A controller, `0..=129`, with its value.
    ///
    /// - `turn`: kept for the queue that it comes from
    pub(super) fn controller(
        frame: u32,
        number: u32,
        controller: u8,
        value: u16,
        turn: &mut Turn,
    ) -> Self {
        let before = turn.before(frame);
        let slot = match controller {
            0 | 32 => {
                turn.count += 1;
                let slot = u32::from(controller == 32);
                return Self::new(frame, Rank::Program, before * TURN + slot, number);
            }
            120..=127 => return Self::new(frame, Rank::Controller, MODE, number),
            99 => 0,
            98 => 1,
            101 => 2,
            100 => 3,
            6 => 4,
            38 => 5,
            96 => 6,
            97 => 7,
            _ => return Self::new(frame, Rank::Controller, PLAIN, number),
        };
        // A null number closes the turn before it.
        if matches!(controller, 100 | 101) && value == 127 {
            let group = match before.checked_sub(1) {
                Some(turn) => TURNS + turn * TURN + 8 + slot,
                None => EARLY_NULL + slot,
            };
            return Self::new(frame, Rank::Controller, group, number);
        }
        turn.count += 1;
        Self::new(
            frame,
            Rank::Controller,
            TURNS + before * TURN + slot,
            number,
        )
    }

    const fn new(frame: u32, rank: Rank, group: u32, number: u32) -> Self {
        Self {
            frame,
            rank,
            group,
            number,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Controllers as queues, one after another, in the order in which they come out.
    fn sorted(queues: &[(u8, &[u16])]) -> Vec<(u8, u16)> {
        let mut all = Vec::new();
        for (controller, values) in queues {
            let mut turn = Turn::default();
            for value in *values {
                let number = u32::try_from(all.len()).unwrap_or(0);
                let order = Order::controller(7, number, *controller, *value, &mut turn);
                all.push((order, (*controller, *value)));
            }
        }
        all.sort_by_key(|(order, _)| *order);
        all.into_iter().map(|(_, message)| message).collect()
    }

    #[test]
    fn registered_parameters_are_put_together_again() {
        let queues: [(u8, &[u16]); 4] = [(6, &[2, 64]), (38, &[0]), (100, &[0, 1]), (101, &[0, 0])];
        let expected = [
            (101, 0),
            (100, 0),
            (6, 2),
            (38, 0),
            (101, 0),
            (100, 1),
            (6, 64),
        ];
        assert_eq!(sorted(&queues), expected);
    }

    #[test]
    fn null_number_closes_what_came_before_it() {
        let queues: [(u8, &[u16]); 3] = [(6, &[2]), (100, &[0, 127]), (101, &[0, 127])];
        let expected = [(101, 0), (100, 0), (6, 2), (101, 127), (100, 127)];
        assert_eq!(sorted(&queues), expected);
        let leading: [(u8, &[u16]); 3] = [(6, &[2]), (100, &[127, 0]), (101, &[127, 0])];
        let expected = [(101, 127), (100, 127), (101, 0), (100, 0), (6, 2)];
        assert_eq!(sorted(&leading), expected);
    }

    #[test]
    fn number_that_closes_another_kind_comes_after_its_data() {
        let queues: [(u8, &[u16]); 5] = [
            (98, &[8]),
            (99, &[1]),
            (100, &[127]),
            (101, &[127]),
            (6, &[64]),
        ];
        // Nothing was selected by 100 and 101 before, so the null comes first and undoes nothing.
        let expected = [(101, 127), (100, 127), (99, 1), (98, 8), (6, 64)];
        assert_eq!(sorted(&queues), expected);
    }

    #[test]
    fn frame_has_parameters_system_programs_controllers_notes() {
        let mut turn = Turn::default();
        let mut bank = Turn::default();
        let mut orders = [
            Order::note(5, 0),
            Order::controller(5, 1, 7, 90, &mut Turn::default()),
            Order::program(5, 2, &mut turn),
            Order::controller(5, 3, 0, 8, &mut bank),
            Order::system(5, 4),
            Order::parameter(5, 5),
            Order::note(4, 6),
        ];
        orders.sort();
        let numbers = orders.map(|order| order.number);
        assert_eq!(numbers, [6, 5, 4, 3, 2, 1, 0]);
    }

    #[test]
    fn banks_keep_to_their_programs() {
        let (mut high, mut low, mut program) = Default::default();
        let mut orders = [
            (Order::program(0, 0, &mut program), "p1"),
            (Order::program(0, 1, &mut program), "p2"),
            (Order::controller(0, 2, 32, 3, &mut low), "l1"),
            (Order::controller(0, 3, 32, 4, &mut low), "l2"),
            (Order::controller(0, 4, 0, 1, &mut high), "h1"),
            (Order::controller(0, 5, 0, 2, &mut high), "h2"),
        ];
        orders.sort();
        assert_eq!(
            orders.map(|(_, name)| name),
            ["h1", "l1", "p1", "h2", "l2", "p2"]
        );
    }

    #[test]
    fn turns_begin_anew_at_each_frame() {
        let mut turn = Turn::default();
        let first = Order::controller(3, 0, 6, 1, &mut turn);
        let second = Order::controller(9, 1, 6, 2, &mut turn);
        assert_eq!(first.group, second.group);
    }
}
