//! Relief for a pool that was too small: more memory, when something was lost for want of it.
//!
//! In: what the render side tells. Out: extensions to send down. Owner: the control side.
//! Thread: any but render. Source: \[WDK\] Allocator; the original names no rule of growth.

use dmus_kernel::PortConfig;
use dmus_kernel::SampleRate;
use dmus_kernel::pool::PoolExtension;

use crate::shell::telemetry::Telemetry;

/// When and by how much a pool grows: by its first size, once for each time it was found too
/// small, until it takes no more.
#[derive(Debug, Default)]
pub(super) struct Relief {
    /// Losses already answered.
    answered: u64,
    /// What the pool had when the last extension was sent.
    sent_at: Option<(u32, u32)>,
}

impl Relief {
    /// The extension that is due, if any.
    pub(super) fn due(&mut self, now: &Telemetry) -> Option<PoolExtension> {
        let size = (now.pool_capacity, now.buffers_capacity);
        if now.lost_pool <= self.answered || self.sent_at == Some(size) {
            return None;
        }
        self.answered = now.lost_pool;
        self.sent_at = Some(size);
        let usual = PortConfig::new(SampleRate::new(48_000).ok()?);
        PoolExtension::new(usual.events, usual.long_buffers, usual.buffer_size).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_grows_once_for_each_time_it_was_too_small() {
        let mut relief = Relief::default();
        let mut now = Telemetry {
            pool_capacity: 16_384,
            buffers_capacity: 256,
            ..Telemetry::default()
        };
        assert!(relief.due(&now).is_none(), "nothing was lost");
        now.lost_pool = 3;
        let extension = relief.due(&now).expect("something was lost");
        assert_eq!(
            (extension.events(), extension.long_buffers()),
            (16_384, 256)
        );
        now.lost_pool = 9;
        assert!(relief.due(&now).is_none(), "it is on its way");
        now.pool_capacity *= 2;
        assert!(relief.due(&now).is_some(), "lost since, or before it came");
        assert!(relief.due(&now).is_none());
    }
}
