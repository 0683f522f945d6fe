//! Packages: a chain in the place of an event's data, to be treated as one.
//!
//! In: a chain. Out: the same chain, at the package's time. Owner: the allocator. Thread: render.
//! Source: \[WDK\] DMUS_KERNEL_EVENT, DMUS_KEF_PACKAGE_EVENT.

use super::{Allocator, PackageRefused};
use crate::{
    event::INLINE_BYTES,
    pool::{Data, EventBox},
};

/// How deep packages may nest.
pub const MAX_PACKAGE_DEPTH: u8 = 8;

impl Allocator {
    /// Packs a chain into the first event of `shell`, to be treated as one.
    ///
    /// # Errors
    /// [`PackageRefused`] with the chain, if packages would nest deeper than
    /// [`MAX_PACKAGE_DEPTH`], or shell and chain are not both of this pool. Recycle it.
    ///
    /// # Real-time
    /// Render. Bounded: O(n) for n events of the chain.
    pub fn set_package(
        &mut self,
        shell: &mut EventBox,
        chain: EventBox,
    ) -> Result<(), PackageRefused> {
        let inner_depth = self.pool.events(&chain).map(|slot| match slot.data {
            Data::Package { depth, .. } => depth,
            Data::Inline(_) | Data::Buffer(_) => 0,
        });
        let depth = inner_depth.max().unwrap_or(0).saturating_add(1);
        let ours = self.pool.owns(shell) && self.pool.owns(&chain);
        if !ours || depth > MAX_PACKAGE_DEPTH {
            return Err(PackageRefused { chain, depth });
        }
        self.hold(shell, Data::Inline([0; INLINE_BYTES]), 0);
        self.pool.pack(shell, chain, depth);
        Ok(())
    }

    /// Takes the chain out of a package, which becomes an empty event; its events now carry the
    /// package's time. Nothing if the event is no package.
    ///
    /// # Real-time
    /// Render. Bounded: O(n) for n events of the inner chain.
    pub fn take_package(&mut self, shell: &mut EventBox) -> Option<EventBox> {
        let time = self.pool.first(shell)?.time;
        let mut inner = self.pool.unpack(shell)?;
        self.stamp(&mut inner, time);
        Some(inner)
    }
}
