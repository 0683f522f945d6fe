//! MIDI controllers as VST3 has them: a hidden parameter for each one of each channel.
//!
//! A host translates controllers to parameters and back, so each of them tells the value that was
//! sent last, or where MIDI begins: a host that sends all of them when a session opens changes
//! nothing. Owner: [`Core`](super::core::Core). Thread: the values are written by the render
//! thread and read by any.
//!
//! Source: \[VST3\] ivstmidicontrollers.h; \[MIDI1\] control changes; \[RP-015\] for the reset.

use vst3::Steinberg::Vst::ParameterInfo;
use vst3::Steinberg::Vst::ParameterInfo_::ParameterFlags_ as flags;

use super::binding::blank;
use super::codes::{CHANNEL_PRESSURE, PITCH_BEND};
use super::text::write_wide;
use crate::signals::Numbers;

/// Channels of a port.
pub(super) const CHANNELS: u32 = 16;
/// Those of MIDI, channel pressure and pitch bend.
const PER_CHANNEL: u32 = 130;
const PER_PORT: u32 = CHANNELS * PER_CHANNEL;
/// Ids from here on belong to hosts.
const END: u32 = 1 << 31;

/// A pitch bend that bends nothing.
const CENTRE: u16 = 8_192;

/// One controller of one channel of one port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Controller {
    pub(super) port: u16,
    /// `0..16`.
    pub(super) channel: u8,
    /// `0..130`.
    pub(super) number: u8,
}

/// The values of all controllers.
pub(super) struct Controllers {
    ports: u32,
    values: Numbers,
    /// Program of each channel of the first port, `0..128`.
    programs: Numbers,
}

impl Controller {
    /// The controller behind a parameter's id, for a plug-in with `ports` ports.
    ///
    /// The first port's ids are those of the framework's VST3 export; each further port's lie
    /// below the ones before.
    pub(super) fn of_id(id: u32, ports: u32) -> Option<Self> {
        let below = END.checked_sub(id)?.checked_sub(1)?;
        let port = below / PER_PORT;
        if port >= ports {
            return None;
        }
        let within = PER_PORT - 1 - below % PER_PORT;
        Some(Self {
            port: u16::try_from(port).ok()?,
            channel: u8::try_from(within / PER_CHANNEL).ok()?,
            number: u8::try_from(within % PER_CHANNEL).ok()?,
        })
    }

    /// The parameter's id.
    pub(super) fn id(self) -> u32 {
        END - PER_PORT * (u32::from(self.port) + 1)
            + u32::from(self.channel) * PER_CHANNEL
            + u32::from(self.number)
    }

    /// The highest value.
    pub(super) fn max(self) -> u16 {
        if self.number == PITCH_BEND {
            16_383
        } else {
            127
        }
    }

    /// A host's value as MIDI has it.
    pub(super) fn value(self, normalized: f64) -> u16 {
        scaled(normalized, self.max())
    }

    /// The message that says `value`; its length is 3, or 2 for channel pressure.
    pub(super) fn message(self, value: u16) -> [u8; 3] {
        let [low, high] = [value & 0x7F, value >> 7 & 0x7F].map(seven);
        match self.number {
            CHANNEL_PRESSURE => [0xD0 | self.channel, low, 0],
            PITCH_BEND => [0xE0 | self.channel, low, high],
            number => [0xB0 | self.channel, number & 0x7F, low],
        }
    }

    /// The value that a channel begins with.
    fn first(self) -> u16 {
        match self.number {
            7 => 100,
            8 | 10 | 71..=78 => 64,
            11 | 98..=101 => 127,
            91 => 40,
            PITCH_BEND => CENTRE,
            _ => 0,
        }
    }

    fn index(self) -> usize {
        (u32::from(self.port) * PER_PORT
            + u32::from(self.channel) * PER_CHANNEL
            + u32::from(self.number)) as usize
    }

    fn at(index: usize) -> Self {
        let index = u32::try_from(index).unwrap_or(0);
        Self {
            port: u16::try_from(index / PER_PORT).unwrap_or(0),
            channel: u8::try_from(index % PER_PORT / PER_CHANNEL).unwrap_or(0),
            number: u8::try_from(index % PER_CHANNEL).unwrap_or(0),
        }
    }

    /// Begins with the words by which hosts know such parameters, and leave them out of lists.
    fn name(self) -> String {
        let what = match self.number {
            CHANNEL_PRESSURE => "Pressure".to_owned(),
            PITCH_BEND => "Pitch Bend".to_owned(),
            number => number.to_string(),
        };
        let channel = self.channel + 1;
        match self.port {
            0 => format!("MIDI CC {what} Ch. {channel}"),
            port => format!("MIDI CC {what} Group {} Ch. {channel}", port + 1),
        }
    }
}

impl Controllers {
    /// All at the value that MIDI begins with, for a plug-in with `ports` ports.
    pub(super) fn new(ports: u32) -> Self {
        Self {
            ports,
            values: Numbers::new((ports * PER_PORT) as usize, |index| {
                Controller::at(index).first()
            }),
            programs: Numbers::new(CHANNELS as usize, |_| 0),
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        self.ports * PER_PORT
    }

    /// The controller behind a parameter's id.
    pub(super) fn find(&self, id: u32) -> Option<Controller> {
        Controller::of_id(id, self.ports)
    }

    /// What a host is told of parameter `index` of these.
    pub(super) fn info(&self, index: u32) -> Option<ParameterInfo> {
        if index >= self.count() {
            return None;
        }
        let controller = Controller::at(index as usize);
        // SAFETY: numbers and arrays of numbers.
        let mut info: ParameterInfo = unsafe { blank() };
        let name = controller.name();
        info.id = controller.id();
        write_wide(&mut info.title, &name);
        write_wide(&mut info.shortTitle, &name);
        info.defaultNormalizedValue = f64::from(controller.first()) / f64::from(controller.max());
        info.flags = flags::kIsReadOnly | flags::kIsHidden;
        Some(info)
    }

    /// The value that was sent last.
    pub(super) fn value(&self, controller: Controller) -> u16 {
        self.values.get(controller.index()).unwrap_or(0)
    }

    /// The value that was sent last, as a host has it.
    pub(super) fn normalized(&self, controller: Controller) -> f64 {
        f64::from(self.value(controller)) / f64::from(controller.max())
    }

    /// The program that was sent last to a channel of the first port.
    pub(super) fn program(&self, channel: u8) -> u16 {
        self.programs.get(usize::from(channel)).unwrap_or(0)
    }

    /// Notes that a program is sent.
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub(super) fn set_program(&self, port: u16, channel: u8, program: u16) {
        if port == 0 {
            self.programs.set(usize::from(channel), program);
        }
    }

    /// Notes that a value is sent; a reset of a channel's controllers resets them here too.
    ///
    /// # Real-time
    /// Render. Bounded by a channel's controllers.
    pub(super) fn set(&self, controller: Controller, value: u16) {
        self.values.set(controller.index(), value);
        if controller.number == 121 {
            self.reset_channel(controller, |number| {
                matches!(number, 1 | 11 | 64..=67 | 98..=101 | CHANNEL_PRESSURE | PITCH_BEND)
            });
        }
    }

    /// Notes that a system message has put everything of a port back to its beginning.
    ///
    /// # Real-time
    /// Render. Bounded by a port's controllers.
    pub(super) fn reset_port(&self, port: u16) {
        for channel in 0..16 {
            let any = Controller {
                port,
                channel,
                number: 0,
            };
            self.reset_channel(any, |_| true);
            self.set_program(port, channel, 0);
        }
    }

    fn reset_channel(&self, channel: Controller, is_reset: impl Fn(u8) -> bool) {
        for number in (0..=PITCH_BEND).filter(|number| is_reset(*number)) {
            let controller = Controller { number, ..channel };
            self.values.set(controller.index(), controller.first());
        }
    }
}

/// `0.0..=1.0` as `0..=max`, rounded; what is no number is 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=max before"
)]
pub(super) fn scaled(normalized: f64, max: u16) -> u16 {
    (normalized * f64::from(max))
        .round()
        .clamp(0.0, f64::from(max)) as u16
}

/// The lowest seven bits.
fn seven(value: u16) -> u8 {
    (value & 0x7F).to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn controller(port: u16, channel: u8, number: u8) -> Controller {
        Controller {
            port,
            channel,
            number,
        }
    }

    #[test]
    fn ids_of_the_first_port_are_those_of_earlier_versions() {
        let start = (1 << 31) - 2_080;
        assert_eq!(controller(0, 0, 0).id(), start);
        assert_eq!(controller(0, 2, 7).id(), start + 2 * 130 + 7);
        assert_eq!(controller(0, 15, PITCH_BEND).id(), (1 << 31) - 1);
    }

    #[test]
    fn every_controller_is_found_by_its_id() {
        let all = Controllers::new(4);
        for index in 0..all.count() {
            let controller = Controller::at(index as usize);
            assert_eq!(all.find(controller.id()), Some(controller));
            assert_eq!(controller.index(), index as usize);
        }
        let lowest = controller(3, 0, 0).id();
        assert_eq!(all.find(lowest - 1), None);
        assert_eq!(all.find(1 << 31), None);
        assert_eq!(all.find(0), None);
    }

    #[test]
    fn controllers_begin_where_midi_begins() {
        let all = Controllers::new(1);
        let begins = |number| all.value(controller(0, 3, number));
        let expected = [(7, 100), (10, 64), (11, 127), (64, 0), (PITCH_BEND, 8_192)];
        for (number, value) in expected {
            assert_eq!(begins(number), value, "controller {number}");
        }
    }

    #[test]
    fn every_value_comes_back_through_a_host() {
        for number in [0, CHANNEL_PRESSURE, PITCH_BEND] {
            let all = Controllers::new(1);
            let one = controller(0, 0, number);
            for value in 0..=one.max() {
                all.set(one, value);
                assert_eq!(one.value(all.normalized(one)), value);
            }
        }
    }

    #[test]
    fn reset_of_controllers_leaves_volume_and_pan() {
        let all = Controllers::new(1);
        for number in [7, 10, 11, 64, PITCH_BEND] {
            all.set(controller(0, 0, number), 1);
        }
        all.set(controller(0, 0, 121), 0);
        let values = [7, 10, 11, 64, PITCH_BEND].map(|number| all.value(controller(0, 0, number)));
        assert_eq!(values, [1, 1, 127, 0, 8_192]);
    }

    #[test]
    fn messages_have_the_form_of_midi() {
        assert_eq!(controller(0, 9, 64).message(127), [0xB9, 64, 127]);
        assert_eq!(controller(0, 1, CHANNEL_PRESSURE).message(5), [0xD1, 5, 0]);
        assert_eq!(controller(0, 0, PITCH_BEND).message(8_192), [0xE0, 0, 64]);
    }
}
