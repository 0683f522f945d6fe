//! Things of which each is kept once, and found again by what it is.
//!
//! In: things, or lists of them, in any order. Out: their numbers, in the order in which they came
//! first. Banks say few things in many places; what finds them again costs four bytes a slot and
//! holds no copy. Owner: whoever compiles. Thread: control.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::ops::Deref;

/// What can be told from others by 128 bits.
pub(crate) trait Marked: PartialEq {
    /// The same for equals, and rarely for others, even if somebody wants them to be: whoever can
    /// choose many things of one mark makes them be compared one by one.
    fn mark(&self) -> [u64; 2];
}

impl Marked for u32 {
    fn mark(&self) -> [u64; 2] {
        [u64::from(*self), 0]
    }
}

/// Bytes from which on allocators give a vector pages of its own, of which those count that are
/// written to.
const ROOM: usize = 128 << 10;

/// A vector for what may become many: it need not move while it grows, which would leave holes as
/// large as itself in the memory of the process.
pub(crate) fn roomy<T>() -> Vec<T> {
    Vec::with_capacity(ROOM.div_ceil(size_of::<T>().max(1)))
}

/// Things, each once.
#[derive(Debug)]
pub(crate) struct Unique<T> {
    things: Vec<T>,
    finder: Finder,
}

impl<T> Default for Unique<T> {
    fn default() -> Self {
        Self {
            things: Vec::new(),
            finder: Finder::default(),
        }
    }
}

impl<T: Marked> Unique<T> {
    /// None yet, with [room](roomy).
    pub(crate) fn with_room() -> Self {
        Self {
            things: roomy(),
            finder: Finder::with_room(),
        }
    }

    /// Number of a thing, which is kept if it is new; none if there are too many.
    pub(crate) fn number(&mut self, thing: T) -> Option<u32> {
        let Self { things, finder } = self;
        let seed = finder.seed;
        let hash = fold(seed, thing.mark());
        let is_it = |number| at(things, number) == Some(&thing);
        if let Some(known) = finder.find(hash, is_it) {
            return Some(known);
        }
        let number = new_number(things.len())?;
        things.push(thing);
        let hash_of = |number| at(things, number).map_or(0, |it| fold(seed, it.mark()));
        finder.add(number, hash, hash_of);
        Some(number)
    }

    /// All of them by number.
    pub(crate) fn into_things(self) -> Box<[T]> {
        self.things.into()
    }
}

/// Lists, each once.
#[derive(Debug)]
pub(crate) struct UniqueLists<T> {
    lists: Lists<Vec<T>, Vec<u32>>,
    finder: Finder,
}

impl<T> Default for UniqueLists<T> {
    fn default() -> Self {
        Self {
            lists: Lists {
                things: Vec::new(),
                bounds: vec![0],
            },
            finder: Finder::default(),
        }
    }
}

impl<T: Marked + Copy> UniqueLists<T> {
    /// None yet, with [room](roomy).
    pub(crate) fn with_room() -> Self {
        let mut lists = Self::default();
        lists.lists.things = roomy();
        lists.finder = Finder::with_room();
        lists
    }

    /// Number of a list, which is kept if it is new; none if there are too many.
    pub(crate) fn number(&mut self, list: &[T]) -> Option<u32> {
        let Self { lists, finder } = self;
        let seed = finder.seed;
        let hash_of = |list: &[T]| list.iter().fold(seed, |hash, it| fold(hash, it.mark()));
        let hash = hash_of(list);
        if let Some(known) = finder.find(hash, |number| lists.get(number) == list) {
            return Some(known);
        }
        let number = new_number(lists.bounds.len() - 1)?;
        let end = new_number(lists.things.len() + list.len())?;
        lists.things.extend_from_slice(list);
        lists.bounds.push(end);
        finder.add(number, hash, |number| hash_of(lists.get(number)));
        Some(number)
    }

    /// Things of all lists together.
    pub(crate) const fn things(&self) -> usize {
        self.lists.things.len()
    }

    /// Forgets all lists, and keeps the memory for others.
    pub(crate) fn clear(&mut self) {
        self.lists.things.clear();
        self.lists.bounds.truncate(1);
        self.finder.slots.fill(FREE);
        self.finder.taken = 0;
    }

    /// All of them by number.
    pub(crate) fn into_lists(self) -> Lists<Box<[T]>> {
        Lists {
            things: self.lists.things.into(),
            bounds: self.lists.bounds.into(),
        }
    }
}

/// Lists, one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Lists<L = Box<[u32]>, E = Box<[u32]>> {
    things: L,
    /// Where each list begins among the things, and where the last one ends.
    bounds: E,
}

impl<T, E: Deref<Target = [u32]>, L: Deref<Target = [T]>> Lists<L, E> {
    /// A list; empty if there is none of that number.
    pub(crate) fn get(&self, number: u32) -> &[T] {
        let list = || {
            let bounds = self.bounds.get(usize::try_from(number).ok()?..)?;
            let [start, end] = *bounds.first_chunk::<2>()?;
            let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
            self.things.get(start..end)
        };
        list().unwrap_or_default()
    }
}

/// A slot with nothing in it.
const FREE: u32 = u32::MAX;

/// Finds numbers again by the hash of what they stand for.
#[derive(Debug)]
struct Finder {
    /// A power of two of them, a quarter of them free; none at first.
    slots: Vec<u32>,
    taken: usize,
    /// Drawn by lot, so that no file can be made in which everything has one hash.
    seed: u64,
}

impl Default for Finder {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            taken: 0,
            seed: RandomState::new().hash_one(0_u8),
        }
    }
}

impl Finder {
    fn with_room() -> Self {
        Self {
            slots: vec![FREE; 1024],
            ..Self::default()
        }
    }

    /// Slots from the one of a hash on, once round.
    fn places(&self, hash: u64) -> impl Iterator<Item = usize> + use<> {
        let count = self.slots.len();
        let first = usize::try_from(hash >> 32).unwrap_or(0);
        (0..count).map(move |step| first.wrapping_add(step) & count.wrapping_sub(1))
    }

    fn find(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        self.places(hash)
            .map_while(|place| self.slots.get(place).copied())
            .take_while(|number| *number != FREE)
            .find(|number| is_it(*number))
    }

    /// - `hash_of`: of a number that is in already
    fn add(&mut self, number: u32, hash: u64, hash_of: impl Fn(u32) -> u64) {
        self.taken += 1;
        if self.taken * 4 > self.slots.len() * 3 {
            let larger = vec![FREE; (self.slots.len() * 2).max(64)];
            for known in std::mem::replace(&mut self.slots, larger) {
                if known != FREE {
                    self.put(known, hash_of(known));
                }
            }
        }
        self.put(number, hash);
    }

    fn put(&mut self, number: u32, hash: u64) {
        for place in self.places(hash) {
            if let Some(slot) = self.slots.get_mut(place)
                && *slot == FREE
            {
                *slot = number;
                return;
            }
        }
    }
}

/// A hash with a mark more in it.
fn fold(hash: u64, [first, second]: [u64; 2]) -> u64 {
    // 2^64 over the golden ratio.
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let one = hash ^ first.wrapping_mul(FACTOR);
    let other = FACTOR ^ hash.rotate_left(32) ^ second;
    let product = u128::from(one) * u128::from(other);
    let [a, b, c, d, e, f, g, h, high @ ..] = product.to_le_bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h]) ^ u64::from_le_bytes(high)
}

fn at<T>(things: &[T], number: u32) -> Option<&T> {
    things.get(usize::try_from(number).ok()?)
}

/// The number of the next of so many.
fn new_number(count: usize) -> Option<u32> {
    u32::try_from(count).ok().filter(|number| *number != FREE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_has_one_number_however_often_it_comes() {
        let mut unique = Unique::default();
        for round in 0..3 {
            for thing in 0..1000 {
                assert_eq!(unique.number(7 * thing), Some(thing), "{round}");
            }
        }
        let things = unique.into_things();
        assert_eq!((things.len(), things[999]), (1000, 6993));
    }

    #[test]
    fn lists_that_differ_in_order_or_length_are_not_the_same() {
        let mut lists = UniqueLists::default();
        let all: [&[u32]; 5] = [&[], &[1, 2], &[2, 1], &[1], &[1, 2, 0]];
        for _ in 0..2 {
            for (number, list) in (0..).zip(all) {
                assert_eq!(lists.number(list), Some(number));
            }
        }
        assert_eq!(lists.things(), 8);
        let lists = lists.into_lists();
        for (number, list) in (0..).zip(all) {
            assert_eq!(lists.get(number), list);
        }
        assert_eq!(lists.get(5), [0_u32; 0]);
    }

    #[test]
    fn what_was_forgotten_is_new_again() {
        let mut lists = UniqueLists::default();
        for list in 0..100_u32 {
            assert_eq!(lists.number(&[list]), Some(list));
        }
        lists.clear();
        assert_eq!(lists.number(&[99]), Some(0));
        assert_eq!(lists.number(&[0]), Some(1));
        assert_eq!(lists.number(&[99]), Some(0));
    }

    /// Something that says nothing about itself.
    #[derive(Debug, PartialEq)]
    struct Mute(u32);

    impl Marked for Mute {
        fn mark(&self) -> [u64; 2] {
            [0, 0]
        }
    }

    #[test]
    fn things_of_one_mark_are_still_told_apart() {
        let mut unique = Unique::default();
        for _ in 0..2 {
            for thing in 0..200 {
                assert_eq!(unique.number(Mute(thing)), Some(thing));
            }
        }
    }
}
