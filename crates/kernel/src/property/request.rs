//! Request: one property asked for in bytes, verified, answered in bytes.
//!
//! In: set, item, verb, instance data, value. Out: a status, bytes of the value.
//! Owner: the property control. Thread: control. Source: \[WDK\] Miniport Driver Property Item
//! Requests; \[UART\] and \[DDKSynth\] for the order of the checks.
//!
//! | check, in this order | status |
//! | --- | --- |
//! | set is known | NotFound |
//! | item is known | Unsuccessful |
//! | one verb, which the item has; node addressed if the item is of one | InvalidDeviceRequest |
//! | value has bytes | BufferOverflow, with the size needed |
//! | value is large enough | BufferTooSmall |
//! | value is there | InvalidParameter |
//! | instance data are large enough | BufferTooSmall |
//! | filter or stream addressed, as the item wants | InvalidDeviceRequest |

use super::{
    DownloadHandle, Unloaded,
    control::PropertyControl,
    layout,
    params::Granted,
    set::{DlsItem, Item, ItemTraits, PropertySet, SupportQuery, SynthItem},
    status::{PropertyError, Status},
};
use crate::miniport::{CapsFlags, VoicePriority};

/// What to do with an item.
///
/// # Source
/// \[hdr\] ks.h, KSPROPERTY_TYPE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Verb {
    /// Read it.
    Get = 0x0000_0001,
    /// Set it.
    Set = 0x0000_0002,
    /// Tell which verbs it has, as a sum of their numbers.
    BasicSupport = 0x0000_0200,
}

/// The flag beside the verb when a node is addressed.
///
/// # Source
/// \[hdr\] ks.h, KSPROPERTY_TYPE_TOPOLOGY.
pub const TOPOLOGY: u32 = 0x1000_0000;

impl Verb {
    /// The verb of these flags, and whether a node is addressed; nothing if there is not exactly
    /// one verb.
    #[must_use]
    pub const fn from_flags(flags: u32) -> Option<(Self, bool)> {
        let node = flags & TOPOLOGY != 0;
        match flags & !TOPOLOGY {
            0x0001 => Some((Self::Get, node)),
            0x0002 => Some((Self::Set, node)),
            0x0200 => Some((Self::BasicSupport, node)),
            _ => None,
        }
    }

    /// The number of this verb.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self as u32
    }
}

/// Who is addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// The filter as a whole.
    Filter,
    /// The stream of a pin, by its number.
    Pin(u16),
}

/// The buffer of a value.
#[derive(Debug)]
pub enum Value<'a> {
    /// None, of a size all the same.
    Null {
        /// Bytes the client says it has.
        size: usize,
    },
    /// The bytes.
    Bytes(&'a mut [u8]),
}

/// A property asked for in bytes.
#[derive(Debug)]
pub struct Request<'a> {
    /// Who is addressed.
    pub target: Target,
    /// The set.
    pub set: PropertySet,
    /// Number of the item in its set.
    pub item: u32,
    /// A [`Verb`], and [`TOPOLOGY`] if a node is addressed.
    pub flags: u32,
    /// What follows set, item and flags in the descriptor: the node if one is addressed, then what
    /// the item needs. Deviation: in place of the address in SYNTH_BUFFER are the bytes themselves.
    pub instance: &'a [u8],
    /// The value.
    pub value: Value<'a>,
}

/// The end of a request that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completion {
    /// A success, or [`Status::BufferOverflow`] in answer to a value without bytes.
    pub status: Status,
    /// Bytes of the value that are used, or needed.
    pub size: usize,
}

/// A request that passed the checks.
struct Checked<'a> {
    item: Item,
    verb: Verb,
    traits: ItemTraits,
    /// Instance data without the node.
    instance: &'a [u8],
    /// Exactly as long as the item's value.
    value: &'a mut [u8],
}

impl PropertyControl {
    /// Answers a request.
    ///
    /// # Errors
    /// The [`Status`] of the first check that fails, in the order of the table above, or what the
    /// item itself reports. No byte of the value counts then.
    ///
    /// # Real-time
    /// Not real-time: control side.
    pub fn request(&mut self, request: Request<'_>) -> Result<Completion, Status> {
        let checked = match check(request, self.pin())? {
            Ok(checked) => checked,
            Err(needed) => {
                return Ok(Completion {
                    status: Status::BufferOverflow,
                    size: needed,
                });
            }
        };
        let size = checked.value.len();
        let status = self.answer(checked)?;
        Ok(Completion { status, size })
    }

    fn answer(&mut self, checked: Checked<'_>) -> Result<Status, Status> {
        let Checked {
            item,
            verb,
            traits,
            instance,
            value,
        } = checked;
        let status = match (verb, item) {
            (Verb::BasicSupport, _) => put_dword(value, verbs(&traits)),
            (Verb::Get, Item::Synth(item)) => self.get_synth(item, instance, value)?,
            (Verb::Set, Item::Synth(item)) => self.set_synth(item, instance, value)?,
            (_, Item::MasterClock) => put(value, &self.master_clock().units().to_le_bytes()),
            (Verb::Get, Item::Dls(item)) => self.get_dls(item, instance, value)?,
            (Verb::Set, Item::Dls(item)) => self.set_dls(item, value)?,
            (Verb::Get, Item::Support(query)) => self.get_support(query, value)?,
            // Effects are what they are: there is nothing to choose from.
            (Verb::Set, Item::Support(_)) => return Err(Status::InvalidParameter),
        };
        Ok(status)
    }

    fn get_synth(
        &mut self,
        item: SynthItem,
        instance: &[u8],
        value: &mut [u8],
    ) -> Result<Status, PropertyError> {
        Ok(match item {
            SynthItem::Volume => put(value, &self.volume().to_le_bytes()),
            SynthItem::VolumeBoost => put(value, &self.volume_boost().to_le_bytes()),
            SynthItem::Caps => {
                layout::write_caps(&self.caps(), self.class_id(), value);
                Status::Success
            }
            SynthItem::PortParameters => {
                let (params, granted) = self.port_params(layout::read_port_params(instance))?;
                layout::write_port_params(&params, value);
                match granted {
                    Granted::AllAsAsked => Status::Success,
                    Granted::NotAllAssigned => Status::NotAllAssigned,
                }
            }
            SynthItem::ChannelGroups => put_dword(value, self.channel_groups().into()),
            SynthItem::VoicePriority => {
                let (group, channel) = (layout::dword(instance, 0), layout::dword(instance, 4));
                put_dword(value, self.voice_priority(group, channel)?.value())
            }
            SynthItem::LatencyClock => put(value, &self.latency_clock().units().to_le_bytes()),
            SynthItem::RunningStats => {
                layout::write_stats(&self.running_stats(), value);
                Status::Success
            }
        })
    }

    fn set_synth(
        &mut self,
        item: SynthItem,
        instance: &[u8],
        value: &[u8],
    ) -> Result<Status, Status> {
        let number = layout::dword(value, 0);
        match item {
            SynthItem::Volume => self.set_volume(number.cast_signed())?,
            SynthItem::VolumeBoost => self.set_volume_boost(number.cast_signed())?,
            SynthItem::ChannelGroups => self.set_channel_groups(number)?,
            SynthItem::VoicePriority => {
                let (group, channel) = (layout::dword(instance, 0), layout::dword(instance, 4));
                self.set_voice_priority(group, channel, VoicePriority::new(number))?;
            }
            SynthItem::Caps
            | SynthItem::PortParameters
            | SynthItem::LatencyClock
            | SynthItem::RunningStats => return Err(Status::InvalidDeviceRequest),
        }
        Ok(Status::Success)
    }

    fn get_dls(
        &mut self,
        item: DlsItem,
        instance: &[u8],
        value: &mut [u8],
    ) -> Result<Status, Status> {
        match item {
            DlsItem::Download => {
                let handle = self.download(chunk(instance)?)?;
                layout::write_download(handle, value);
            }
            DlsItem::Append => {
                put_dword(value, self.append()?);
            }
            DlsItem::WaveFormat => layout::write_wave_format(self.wave_format(), value),
            DlsItem::Unload | DlsItem::Compact => return Err(Status::InvalidDeviceRequest),
        }
        Ok(Status::Success)
    }

    fn set_dls(&mut self, item: DlsItem, value: &[u8]) -> Result<Status, Status> {
        match item {
            DlsItem::Unload => Ok(match self.unload(DownloadHandle(layout::qword(value)))? {
                Unloaded::Now => Status::Success,
                Unloaded::Pending => Status::Pending,
            }),
            DlsItem::Compact => {
                self.compact()?;
                Ok(Status::Success)
            }
            DlsItem::Download | DlsItem::Append | DlsItem::WaveFormat => {
                Err(Status::InvalidDeviceRequest)
            }
        }
    }

    fn get_support(&mut self, query: SupportQuery, value: &mut [u8]) -> Result<Status, Status> {
        let caps = self.caps();
        let has = |flags| u32::from(caps.flags.contains(flags));
        let memory = caps.memory_size.unwrap_or(layout::SYSTEM_MEMORY);
        let answer = match query {
            SupportQuery::GmHardware => has(CapsFlags::GM_IN_HARDWARE),
            SupportQuery::GsHardware => has(CapsFlags::GS_IN_HARDWARE),
            SupportQuery::Dls1 | SupportQuery::GsCapable | SupportQuery::XgCapable => {
                // Instruments that can be downloaded can be those of GS or XG.
                has(CapsFlags::DLS)
            }
            SupportQuery::Dls2 | SupportQuery::Instrument2 => has(CapsFlags::DLS2),
            SupportQuery::Effects => caps.effects.bits(),
            SupportQuery::SampleMemorySize => memory,
            SupportQuery::MemorySize => {
                let free = self.downloads()?.free_memory();
                free.unwrap_or(layout::SYSTEM_MEMORY)
            }
            SupportQuery::SamplePlaybackRate => self.wave_format().sample_rate.hz(),
            SupportQuery::Volume => 1,
            SupportQuery::XgHardware
            | SupportQuery::SynthSinkDsound
            | SupportQuery::SynthSinkWave
            | SupportQuery::SetSynthSink
            | SupportQuery::LegacyCaps => 0,
            SupportQuery::WavesReverb | SupportQuery::WriteLatency | SupportQuery::WritePeriod => {
                return Err(Status::InvalidDeviceRequest);
            }
        };
        Ok(put_dword(value, answer))
    }
}

/// Passes a request, tells how many bytes its value needs, or fails.
fn check(request: Request<'_>, pin: u16) -> Result<Result<Checked<'_>, usize>, Status> {
    if let PropertySet::Other(_) = request.set {
        return Err(Status::NotFound);
    }
    let item = Item::find(request.set, request.item).ok_or(Status::Unsuccessful)?;
    let traits = item.traits();
    let (verb, node) = Verb::from_flags(request.flags).ok_or(Status::InvalidDeviceRequest)?;
    if verbs(&traits) & verb.bits() == 0 || node != traits.node {
        return Err(Status::InvalidDeviceRequest);
    }
    let needed = if verb == Verb::BasicSupport {
        4
    } else {
        traits.value
    };
    let value = match check_value(request.value, needed)? {
        Some(value) => value,
        None => return Ok(Err(needed)),
    };
    let node_bytes = if node { layout::NODE } else { 0 };
    // What an item needs beside its node, support does not need to know.
    let own = if verb == Verb::BasicSupport {
        0
    } else {
        traits.instance
    };
    let instance = request
        .instance
        .get(node_bytes..)
        .ok_or(Status::BufferTooSmall)?;
    if instance.len() < own {
        return Err(Status::BufferTooSmall);
    }
    let addressed = match request.target {
        Target::Filter => !traits.stream,
        Target::Pin(number) => traits.stream && number == pin,
    };
    if !addressed {
        return Err(Status::InvalidDeviceRequest);
    }
    Ok(Ok(Checked {
        item,
        verb,
        traits,
        instance,
        value,
    }))
}

/// The bytes of a value that count; nothing if it has none but needs some.
fn check_value(value: Value<'_>, needed: usize) -> Result<Option<&mut [u8]>, Status> {
    let size = match &value {
        Value::Null { size } => *size,
        Value::Bytes(bytes) => bytes.len(),
    };
    if size == 0 && needed > 0 {
        return Ok(None);
    }
    if size < needed {
        return Err(Status::BufferTooSmall);
    }
    match value {
        Value::Bytes(bytes) => bytes
            .get_mut(..needed)
            .map(Some)
            .ok_or(Status::BufferTooSmall),
        Value::Null { .. } if needed == 0 => Ok(Some(&mut [])),
        Value::Null { .. } => Err(Status::InvalidParameter),
    }
}

/// The chunk that follows its size.
fn chunk(instance: &[u8]) -> Result<&[u8], Status> {
    let size = layout::dword(instance, 0);
    if size == 0 {
        return Err(Status::Unsuccessful);
    }
    let size = usize::try_from(size).map_err(|_| Status::BufferTooSmall)?;
    let bytes = instance.get(4..).and_then(|rest| rest.get(..size));
    bytes.ok_or(Status::BufferTooSmall)
}

/// The verbs of an item, as the sum that basic support tells.
const fn verbs(traits: &ItemTraits) -> u32 {
    let get = if traits.get { Verb::Get.bits() } else { 0 };
    let set = if traits.set { Verb::Set.bits() } else { 0 };
    get | set | Verb::BasicSupport.bits()
}

fn put(value: &mut [u8], bytes: &[u8]) -> Status {
    for (to, from) in value.iter_mut().zip(bytes) {
        *to = *from;
    }
    Status::Success
}

fn put_dword(value: &mut [u8], number: u32) -> Status {
    put(value, &number.to_le_bytes())
}
