//! Recordings of two channels: two regions play them, locked to each other.
//!
//! In: the regions of an instrument. Out: the same, and beside each that plays a left channel one
//! that plays the right channel.
//! Source: \[DLS2\] wave link: phase groups, channels; waves of two channels are not part of it.

use std::collections::BTreeSet;

use super::copies::Copies;
use super::region::StereoRegion;
use crate::bank::{Connection, Curve, Destination, Region, Source, Transform, WaveLink};
use crate::error::Defect;
use crate::limits;

/// Speaker mask: left.
const LEFT: u32 = 1;
/// Speaker mask: right.
const RIGHT: u32 = 2;
/// Half of the way from one side to the other, in a percent unit.
const HALF: i32 = 500 * 65_536;

/// Parts what plays two channels.
///
/// - `shared`: the connections that a region without a list of its own plays with
pub(super) fn part(
    regions: Vec<StereoRegion>,
    shared: &[Connection],
    copies: &mut Copies,
    note: &mut dyn FnMut(Defect),
) -> Vec<Region> {
    if !regions.iter().any(|(_, stereo)| *stereo) {
        return regions.into_iter().map(|(region, _)| region).collect();
    }
    let used: BTreeSet<u16> = regions
        .iter()
        .map(|(region, _)| region.link.phase_group)
        .collect();
    let mut unused = (1..=u16::MAX).filter(|group| !used.contains(group));
    let pairs = regions.iter().filter(|(_, stereo)| *stereo).count();
    let mut parted = Vec::with_capacity(limits::REGIONS.min(regions.len() + pairs));
    for (mut left, stereo) in regions {
        let own = left.articulation.as_deref();
        let list = own.unwrap_or(shared).len() + 1;
        let fits = parted.len() + 1 < limits::REGIONS && list <= limits::CONNECTIONS;
        if stereo && fits && copies.pay_region(2 * list) {
            if left.link.phase_group == 0 {
                left.link.phase_group = unused.next().unwrap_or_default();
                left.link.phase_master = true;
            }
            let right = half(&left, RIGHT, shared);
            left = half(&left, LEFT, shared);
            parted.extend([left, right]);
        } else {
            if stereo {
                note(Defect::StereoHalved);
            }
            parted.push(left);
        }
    }
    parted.truncate(limits::REGIONS);
    parted
}

/// One of the two regions that play both channels.
fn half(region: &Region, channel: u32, shared: &[Connection]) -> Region {
    let right = channel == RIGHT;
    let mut region = region.clone();
    let mut list = Vec::new();
    let said = region.articulation.as_deref();
    list.reserve_exact(said.unwrap_or(shared).len() + 1);
    let counts = |it: &&Connection| said.is_some() || it.destination != Destination::KeyNumber;
    list.extend(said.unwrap_or(shared).iter().filter(counts).copied());
    pan(&mut list, if right { HALF } else { -HALF });
    region.articulation = Some(list);
    region.link = WaveLink {
        phase_master: region.link.phase_master && !right,
        multi_channel: true,
        channels: channel,
        ..region.link
    };
    if right {
        region.wave = region.wave.saturating_add(1);
        region.about = Default::default();
    }
    region
}

/// Moves the place of a sound.
fn pan(list: &mut Vec<Connection>, by: i32) {
    let mut moved = Connection {
        source: Source::None,
        source_transform: Transform::default(),
        control: Source::None,
        control_transform: Transform::default(),
        destination: Destination::Pan,
        output_curve: Curve::Linear,
        scale: by,
    };
    match list.iter_mut().find(|it| it.key() == moved.key()) {
        Some(place) => {
            moved.scale = place.scale.saturating_add(by);
            *place = moved;
        }
        None => list.push(moved),
    }
}
