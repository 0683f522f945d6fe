//! Outputs of parts: voices that are heard beside the mix.
//!
//! In: frames of voices behind gain and pan. Out: the frames of one run for each output that some
//! part is routed to; summed with the mix they are the mix of all parts. Owner: the engine.
//! Thread: render.

use crate::channel::CHANNELS_PER_GROUP;
use crate::dsp::octet::LANES;
use crate::engine::MAX_CHANNEL_GROUPS;
use crate::mixer::Mixer;
use crate::sends::Bus;

/// Outputs that parts can be routed to.
pub const OUTPUTS: usize = 16;

/// Parts of all groups.
const PARTS: usize = MAX_CHANNEL_GROUPS as usize * CHANNELS_PER_GROUP as usize;

/// Where each part is heard, and what of it is heard in this run.
#[derive(Debug, Clone)]
pub(crate) struct Outputs {
    /// By part; nothing is the mix.
    routes: [Option<u8>; PARTS],
    /// Parts that are not in the mix.
    routed: usize,
    /// Of the eight voices that are mixed next.
    lanes: [Option<u8>; LANES],
    sides: [[Bus; 2]; OUTPUTS],
}

impl Outputs {
    /// Every part in the mix.
    pub(crate) fn new() -> Self {
        Self {
            routes: [None; PARTS],
            routed: 0,
            lanes: [None; LANES],
            sides: core::array::from_fn(|_| [Bus::new(), Bus::new()]),
        }
    }

    /// Routes a part, `0..64`; an output there is not is the mix.
    pub(crate) fn route(&mut self, part: u8, output: Option<u8>) {
        if let Some(route) = self.routes.get_mut(usize::from(part)) {
            *route = output.filter(|output| usize::from(*output) < OUTPUTS);
            self.routed = self.routes.iter().flatten().count();
        }
    }

    /// Whether some part is not in the mix.
    pub(crate) const fn is_used(&self) -> bool {
        self.routed > 0
    }

    /// Says which eight voices are mixed next.
    ///
    /// - `part`: of a lane's voice, if it has one
    pub(crate) fn face(&mut self, part: impl Fn(usize) -> Option<u8>) {
        let route = |part: u8| *self.routes.get(usize::from(part))?;
        self.lanes = core::array::from_fn(|lane| part(lane).and_then(route));
    }

    /// Whether some of these eight voices are not in the mix.
    pub(crate) fn is_faced(&self) -> bool {
        self.lanes.iter().any(Option::is_some)
    }

    /// The outputs of these eight voices, each with its lanes by bits.
    pub(crate) fn of_lanes(&self) -> impl Iterator<Item = (Option<u8>, u8)> + use<> {
        let lanes = self.lanes;
        let with = move |output: Option<u8>| {
            let bits = (0..).zip(&lanes);
            bits.fold(0, |bits, (lane, route)| {
                bits | u8::from(*route == output) << lane
            })
        };
        let first = move |lane: usize| {
            lanes
                .iter()
                .position(|route| Some(route) == lanes.get(lane))
        };
        (0..LANES)
            .filter(move |lane| first(*lane) == Some(*lane))
            .filter_map(move |lane| lanes.get(lane).copied())
            .map(move |output| (output, with(output)))
    }

    /// The first frames of both sides of an output, for what is to be added.
    pub(crate) fn open(&mut self, output: u8, frames: usize) -> [&mut [f32]; 2] {
        match self.sides.get_mut(usize::from(output)) {
            Some(sides) => sides.each_mut().map(|side| side.open(frames)),
            None => [&mut [], &mut []],
        }
    }

    /// Applies the gain of everything to what was added, from frame `offset` of the tick on, and
    /// gives it output by output; nothing for one to which nothing was added.
    pub(crate) fn finish(
        &mut self,
        mixer: &Mixer,
        offset: usize,
        frames: usize,
        mut take: impl FnMut(usize, Option<[&[f32]; 2]>),
    ) {
        for (output, sides) in self.sides.iter_mut().enumerate() {
            let [left, right] = sides;
            if left.used(frames).is_none() {
                take(output, None);
                continue;
            }
            mixer.apply(offset, left.open(frames), right.open(frames));
            let pair = left.used(frames).zip(right.used(frames));
            take(output, pair.map(|(left, right)| [left, right]));
            sides.iter_mut().for_each(Bus::clear);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_voices_are_told_apart_by_their_outputs() {
        let mut outputs = Outputs::new();
        outputs.face(|_| Some(3));
        assert!(!outputs.is_used() && !outputs.is_faced());
        outputs.route(3, Some(7));
        outputs.route(4, Some(0));
        outputs.route(5, Some(200));
        assert!(outputs.is_used());
        let parts = [
            Some(3),
            None,
            Some(4),
            Some(3),
            Some(5),
            None,
            Some(4),
            None,
        ];
        outputs.face(|lane| parts[lane]);
        assert!(outputs.is_faced());
        let groups: Vec<_> = outputs.of_lanes().collect();
        assert_eq!(
            groups,
            [
                (Some(7), 0b1001),
                (None, 0b1011_0010),
                (Some(0), 0b100_0100)
            ]
        );
        outputs.route(3, None);
        outputs.route(4, None);
        assert!(!outputs.is_used());
    }
}
