//! What one channel was set to: the last of each kind of message that lasts.
//!
//! In: channel messages. Out: messages that set a channel at power-on to the same.
//! Owner: a [`Chase`](super::Chase). Thread: any. Source: \[MIDI1\] Tables 1 to 3; RP-015.

/// Middle of a 14-bit value.
const CENTRE: u16 = 0x2000;
/// Registered parameters that are followed: bend range, fine and coarse tuning.
const PARAMETERS: usize = 3;
/// What they are at power-on, 14 bit: two semitones, no tuning.
const AT_POWER_ON: [u16; PARAMETERS] = [2 << 7, CENTRE, 64 << 7];
/// What controller 121 resets, and to what.
const RESETTABLE: [(u8, u8); 6] = [(1, 0), (11, 127), (64, 0), (65, 0), (66, 0), (67, 0)];

/// Which parameter data entry writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Selected {
    /// None was ever selected.
    #[default]
    Never,
    Registered {
        msb: u8,
        lsb: u8,
    },
    NonRegistered {
        msb: u8,
        lsb: u8,
    },
}

impl Selected {
    /// Both bytes of the number, 127 where it was of the other kind.
    const fn registered(self) -> (u8, u8) {
        match self {
            Self::Registered { msb, lsb } => (msb, lsb),
            _ => (127, 127),
        }
    }

    const fn non_registered(self) -> (u8, u8) {
        match self {
            Self::NonRegistered { msb, lsb } => (msb, lsb),
            _ => (127, 127),
        }
    }
}

/// A program with the bank that was selected when it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Program {
    number: u8,
    bank_msb: Option<u8>,
    bank_lsb: Option<u8>,
}

/// The last of each kind of message of one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChannelState {
    /// Controllers that came, one bit each.
    touched: u128,
    controllers: [u8; 128],
    program: Option<Program>,
    /// Mono or poly: controller 126 or 127, and its value.
    mode: Option<(u8, u8)>,
    wheel: Option<u16>,
    pressure: Option<u8>,
    selected: Selected,
    parameters: [Option<u16>; PARAMETERS],
}

impl Default for ChannelState {
    fn default() -> Self {
        Self {
            touched: 0,
            controllers: [0; 128],
            program: None,
            mode: None,
            wheel: None,
            pressure: None,
            selected: Selected::Never,
            parameters: [None; PARAMETERS],
        }
    }
}

impl ChannelState {
    /// Most bytes [`messages`](Self::messages) gives out: mode, bank and program, controllers,
    /// parameters, selection, wheel, pressure.
    pub(super) const MAX_BYTES: usize = 3 + 8 + 3 * 120 + 12 * PARAMETERS + 6 + 3 + 2;

    /// Takes note of a channel message.
    pub(super) fn fold(&mut self, bytes: &[u8]) {
        match *bytes {
            [0xB0..=0xBF, controller, value] => self.control(controller & 127, value & 127),
            [0xC0..=0xCF, number] => {
                self.program = Some(Program {
                    number,
                    bank_msb: self.controller(0),
                    bank_lsb: self.controller(32),
                });
            }
            [0xD0..=0xDF, value] => self.pressure = Some(value),
            [0xE0..=0xEF, lsb, msb] => self.wheel = Some(word(msb, lsb)),
            _ => {}
        }
    }

    fn control(&mut self, controller: u8, value: u8) {
        match controller {
            6 => self.enter(|old, number| {
                // The range of the wheel is entered anew by its semitones.
                let lsb = if number == 0 { 0 } else { old & 127 };
                (u16::from(value) << 7) | lsb
            }),
            38 => self.enter(|old, _| (old & 0x3F80) | u16::from(value)),
            96 => self.enter(|old, number| stepped(old, number, true)),
            97 => self.enter(|old, number| stepped(old, number, false)),
            98 => {
                let (msb, _) = self.selected.non_registered();
                self.selected = Selected::NonRegistered { msb, lsb: value };
            }
            99 => {
                let (_, lsb) = self.selected.non_registered();
                self.selected = Selected::NonRegistered { msb: value, lsb };
            }
            100 => {
                let (msb, _) = self.selected.registered();
                self.selected = Selected::Registered { msb, lsb: value };
            }
            101 => {
                let (_, lsb) = self.selected.registered();
                self.selected = Selected::Registered { msb: value, lsb };
            }
            121 => self.reset(),
            126 | 127 => self.mode = Some((controller, value)),
            120 | 122..=125 => {}
            _ => self.set(controller, value),
        }
    }

    fn set(&mut self, controller: u8, value: u8) {
        if let Some(slot) = self.controllers.get_mut(usize::from(controller)) {
            *slot = value;
            self.touched |= 1 << controller;
        }
    }

    /// A controller that came.
    fn controller(&self, controller: u8) -> Option<u8> {
        let value = self.controllers.get(usize::from(controller)).copied();
        value.filter(|_| self.touched & (1 << controller) != 0)
    }

    /// Data entry for one of the parameters that are followed.
    fn enter(&mut self, change: impl FnOnce(u16, usize) -> u16) {
        let Selected::Registered { msb: 0, lsb } = self.selected else {
            return;
        };
        let number = usize::from(lsb);
        let at_power_on = AT_POWER_ON.get(number).copied().unwrap_or(0);
        if let Some(value) = self.parameters.get_mut(number) {
            *value = Some(change(value.unwrap_or(at_power_on), number));
        }
    }

    /// Controller 121.
    fn reset(&mut self) {
        for (controller, value) in RESETTABLE {
            if self.controller(controller).is_some() {
                self.set(controller, value);
            }
        }
        self.wheel = self.wheel.map(|_| CENTRE);
        self.pressure = self.pressure.map(|_| 0);
        if self.selected != Selected::Never {
            self.selected = Selected::Registered { msb: 127, lsb: 127 };
        }
    }

    /// Gives out the messages, `channel` in `0..=15`.
    pub(super) fn messages(&self, channel: u8, out: &mut dyn FnMut(&[u8])) {
        let control = 0xB0 | channel;
        if let Some((mode, value)) = self.mode {
            out(&[control, mode, value]);
        }
        let (mut msb, mut lsb) = (None, None);
        if let Some(program) = self.program {
            (msb, lsb) = (program.bank_msb, program.bank_lsb);
            for (controller, value) in [(0, msb), (32, lsb)] {
                if let Some(value) = value {
                    out(&[control, controller, value]);
                }
            }
            out(&[0xC0 | channel, program.number]);
        }
        let mut rest = self.touched;
        while rest != 0 {
            // Below 128, as is each bit of the set.
            let controller = rest.trailing_zeros().to_le_bytes()[0];
            rest &= rest - 1;
            let value = self.controller(controller);
            let said = match controller {
                0 => msb,
                32 => lsb,
                _ => None,
            };
            if let Some(value) = value.filter(|_| value != said) {
                out(&[control, controller, value]);
            }
        }
        self.parameter_messages(control, out);
        if let Some(wheel) = self.wheel {
            let [lsb, msb] = split(wheel);
            out(&[0xE0 | channel, lsb, msb]);
        }
        if let Some(pressure) = self.pressure {
            out(&[0xD0 | channel, pressure]);
        }
    }

    fn parameter_messages(&self, control: u8, out: &mut dyn FnMut(&[u8])) {
        for (number, value) in (0..).zip(self.parameters) {
            let Some(value) = value else { continue };
            let [lsb, msb] = split(value);
            for (controller, value) in [(101, 0), (100, number), (6, msb), (38, lsb)] {
                out(&[control, controller, value]);
            }
        }
        let (high, low, (msb, lsb)) = match self.selected {
            Selected::Never => return,
            Selected::Registered { msb, lsb } => (101, 100, (msb, lsb)),
            Selected::NonRegistered { msb, lsb } => (99, 98, (msb, lsb)),
        };
        out(&[control, high, msb]);
        out(&[control, low, lsb]);
    }
}

/// A parameter one step up or down: a cent of the wheel's range, the least of the fine tuning, a
/// semitone of the coarse tuning.
fn stepped(value: u16, number: usize, up: bool) -> u16 {
    let move_by = |value: u16, step: u16, most: u16| {
        if up {
            value.saturating_add(step).min(most)
        } else {
            value.saturating_sub(step)
        }
    };
    match number {
        0 => {
            let cents = (value >> 7) * 100 + (value & 127).min(99);
            let cents = move_by(cents, 1, 12_799);
            ((cents / 100) << 7) | (cents % 100)
        }
        1 => move_by(value, 1, 0x3FFF),
        _ => move_by(value, 1 << 7, 127 << 7),
    }
}

/// A 14-bit value of its bytes.
const fn word(msb: u8, lsb: u8) -> u16 {
    ((msb as u16 & 127) << 7) | (lsb as u16 & 127)
}

/// The bytes of a 14-bit value, the low one first.
const fn split(value: u16) -> [u8; 2] {
    let [low, high] = (value << 1).to_le_bytes();
    [low >> 1, high & 127]
}
