//! Two steps whose order a protocol hangs on, where no single ordering of memory says so.
//!
//! In: the two steps. Out: what they give. Owner: nobody. Thread: any.

/// Does `first`, and then `second`; the other way round in a model that is run with this turn swapped.
///
/// - `_name`: the name of the mutant, listed in `tests/mutants.txt`
///
/// # Real-time
/// Any thread, wait-free but for what the steps do.
#[cfg(not(dmus_loom))]
#[inline(always)]
pub(crate) fn in_turn<A, B>(
    _name: &'static str,
    first: impl FnOnce() -> A,
    second: impl FnOnce() -> B,
) -> (A, B) {
    let done = first();
    (done, second())
}

/// Does `first`, and then `second`; the other way round in a model that is run with this turn swapped.
///
/// - `name`: the name of the mutant, listed in `tests/mutants.txt`
#[cfg(dmus_loom)]
pub(crate) fn in_turn<A, B>(
    name: &'static str,
    first: impl FnOnce() -> A,
    second: impl FnOnce() -> B,
) -> (A, B) {
    if super::shim::is_mutant(name) {
        let done = second();
        return (first(), done);
    }
    let done = first();
    (done, second())
}
