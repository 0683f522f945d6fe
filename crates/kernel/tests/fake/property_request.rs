//! Requests in bytes that are in order, for tests to spoil.

use dmus_kernel::property::{
    Completion, PropertyControl, PropertySet, Request, Status, Target, Value, Verb, layout,
    request::TOPOLOGY,
    set::{Item, ItemTraits},
};

pub(crate) const GET: u32 = Verb::Get as u32;
pub(crate) const SET: u32 = Verb::Set as u32;

pub(crate) fn target(traits: &ItemTraits) -> Target {
    if traits.stream {
        Target::Pin(0)
    } else {
        Target::Filter
    }
}

pub(crate) fn flags(traits: &ItemTraits, verb: u32) -> u32 {
    if traits.node { verb | TOPOLOGY } else { verb }
}

/// Instance data in order: a node, then what the item needs, a chunk of three bytes for downloads.
pub(crate) fn instance(traits: &ItemTraits) -> Vec<u8> {
    let node = if traits.node { layout::NODE } else { 0 };
    let mut bytes = vec![0; node];
    if traits.value == layout::DOWNLOAD {
        bytes.extend([3, 0, 0, 0, 7, 7, 7]);
    } else {
        bytes.resize(node + traits.instance, 0);
    }
    bytes
}

/// Sends a request that is in order but for its value.
pub(crate) fn send(
    control: &mut PropertyControl,
    (set, item): (PropertySet, u32),
    verb: u32,
    value: Value<'_>,
) -> Result<Completion, Status> {
    let traits = Item::find(set, item).unwrap().traits();
    control.request(Request {
        target: target(&traits),
        set,
        item,
        flags: flags(&traits, verb),
        instance: &instance(&traits),
        value,
    })
}
