//! Programs of the first port's channels: a list of names and a parameter for each channel.
//!
//! The names are the texts of parameters that the plug-in has named for it
//! ([`Vst3::PROGRAM_NAMES`](super::Vst3::PROGRAM_NAMES)). Owner: [`Core`](super::core::Core).
//! Thread: names on the main thread, ids on any.

use std::hash::{DefaultHasher, Hash, Hasher};

use vst3::Steinberg::Vst::ParameterInfo;
use vst3::Steinberg::Vst::ParameterInfo_::ParameterFlags_ as flags;

use super::binding::blank;
use super::controllers::{CHANNELS, Controller};
use super::params::Params;
use super::plugin::Plugin;
use super::text::write_wide;

/// Programs of a list.
pub(super) const PROGRAMS: i32 = 128;

/// The program lists.
pub(super) struct Programs {
    /// For each channel the parameter whose texts are the names.
    named_by: Vec<u32>,
    /// The parameter's id for the first channel.
    first_id: u32,
}

impl Programs {
    /// Lists for the parameters in `ids` that there are, up to the first that is missing.
    ///
    /// - `ports`: for notes; without any there are no lists
    pub(super) fn new(ids: &[&str], params: &Params, ports: u32) -> Self {
        let channels = if ports == 0 { 0 } else { CHANNELS as usize };
        let hashes = ids.iter().take(channels).map(|id| hash(id));
        let last_port = Controller {
            port: u16::try_from(ports.saturating_sub(1)).unwrap_or(0),
            channel: 0,
            number: 0,
        };
        Self {
            named_by: hashes.take_while(|id| params.find(*id).is_some()).collect(),
            first_id: last_port.id() - CHANNELS,
        }
    }

    /// Channels that have a list.
    pub(super) fn count(&self) -> usize {
        self.named_by.len()
    }

    /// The channel whose program a parameter changes.
    pub(super) fn channel(&self, id: u32) -> Option<u8> {
        let channel = id.checked_sub(self.first_id)?;
        u8::try_from(channel)
            .ok()
            .filter(|channel| usize::from(*channel) < self.count())
    }

    /// The parameter that changes a channel's program.
    pub(super) fn id(&self, channel: u8) -> Option<u32> {
        (usize::from(channel) < self.count()).then(|| self.first_id + u32::from(channel))
    }

    /// The number of a channel's list; the first is 1.
    pub(super) fn list_id(&self, channel: u8) -> Option<i32> {
        (usize::from(channel) < self.count()).then(|| i32::from(channel) + 1)
    }

    /// The channel of a list.
    pub(super) fn channel_of_list(&self, list: i32) -> Option<u8> {
        let channel = u8::try_from(list.checked_sub(1)?).ok()?;
        (usize::from(channel) < self.count()).then_some(channel)
    }

    /// The parameter that names a channel's programs.
    pub(super) fn named_by(&self, channel: u8) -> Option<u32> {
        self.named_by.get(usize::from(channel)).copied()
    }

    /// The name of a program of a channel, `0..128`. Main thread.
    pub(super) fn name(&self, plugin: &Plugin, channel: u8, program: i32) -> Option<String> {
        let id = self.named_by(channel)?;
        if !(0..PROGRAMS).contains(&program) {
            return None;
        }
        let text = plugin.value_text(id, f64::from(program + 1))?;
        Some(without_number(&text).to_owned())
    }

    /// What a host is told of a channel's parameter.
    pub(super) fn info(&self, channel: u8, unit: i32) -> Option<ParameterInfo> {
        // SAFETY: numbers and arrays of numbers.
        let mut info: ParameterInfo = unsafe { blank() };
        info.id = self.id(channel)?;
        let name = format!("MIDI Ch. {} Program Change", channel + 1);
        write_wide(&mut info.title, &name);
        write_wide(&mut info.shortTitle, &name);
        info.stepCount = PROGRAMS - 1;
        info.unitId = unit;
        info.flags = flags::kCanAutomate | flags::kIsList | flags::kIsProgramChange;
        Some(info)
    }

    /// A number that changes when a name does. Main thread.
    pub(super) fn fingerprint(&self, plugin: &Plugin) -> u64 {
        let mut hasher = DefaultHasher::new();
        for id in &self.named_by {
            for program in 1..=PROGRAMS {
                plugin.value_text(*id, f64::from(program)).hash(&mut hasher);
            }
        }
        hasher.finish()
    }
}

/// A text without the number that it begins with, unless it is nothing else.
fn without_number(text: &str) -> &str {
    match text.split_once(' ') {
        Some((number, name)) if number.parse::<u32>().is_ok() && !name.trim().is_empty() => {
            name.trim()
        }
        _ => text,
    }
}

/// The number that the framework gives a parameter for its id.
fn hash(id: &str) -> u32 {
    let hash = id.bytes().fold(0_u32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(u32::from(byte))
    });
    // The highest bit belongs to hosts.
    hash & !(1 << 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_without_their_numbers() {
        assert_eq!(without_number("001 Grand Piano"), "Grand Piano");
        assert_eq!(without_number("017"), "017");
        assert_eq!(without_number("12 "), "12 ");
        assert_eq!(without_number("Kit 2"), "Kit 2");
    }
}
