//! The plug-in's private report: counters and notices as lines of text.
//!
//! In: the extension `org.dmus.report/1`. Out: values by key. Thread: main.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_void};

use clack_host::extensions::prelude::{PluginExtensionSide, PluginMainThreadHandle};
use clack_host::extensions::{Extension, RawExtension};

/// The functions behind the extension.
#[repr(C)]
#[derive(Clone, Copy)]
struct RawReport {
    get: Option<
        unsafe extern "C" fn(plugin: *const c_void, text: *mut c_char, capacity: u32) -> u32,
    >,
}

/// The plug-in's side of `org.dmus.report/1`.
#[derive(Clone, Copy)]
pub(crate) struct PluginReport(RawExtension<PluginExtensionSide, RawReport>);

#[expect(unsafe_code, reason = "binds an extension's name to its C struct")]
// SAFETY: the identifier is that of `RawReport`, which has the layout the extension defines.
unsafe impl Extension for PluginReport {
    const IDENTIFIERS: &'static [&'static CStr] = &[c"org.dmus.report/1"];
    type ExtensionSide = PluginExtensionSide;

    unsafe fn from_raw(raw: RawExtension<Self::ExtensionSide>) -> Self {
        // SAFETY: the caller found `raw` under this type's identifier.
        Self(unsafe { raw.cast() })
    }
}

impl PluginReport {
    /// Asks the plug-in; `None` when it has no function or its text is not UTF-8.
    pub(crate) fn get(self, plugin: &PluginMainThreadHandle<'_>) -> Option<Report> {
        let get = plugin.shared().use_extension(&self.0).get?;
        let mut text = vec![0_u8; 1 << 16];
        let capacity = u32::try_from(text.len()).ok()?;
        let instance = plugin.as_raw_ptr().cast();
        #[expect(unsafe_code, reason = "the call of a C function")]
        // SAFETY: main thread, a live instance, a buffer of the length given.
        let length = unsafe { get(instance, text.as_mut_ptr().cast(), capacity) };
        text.truncate(usize::try_from(length).ok()?);
        String::from_utf8(text)
            .ok()
            .map(|text| Report::parse(&text))
    }
}

/// Values by key; a key may have several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    values: BTreeMap<String, Vec<String>>,
}

impl Report {
    /// Reads lines of `key value`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in text.lines() {
            let (key, value) = line.split_once(' ').unwrap_or((line, ""));
            values
                .entry(key.to_owned())
                .or_default()
                .push(value.trim().to_owned());
        }
        Self { values }
    }

    /// The first value of a key.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key)?.first().map(String::as_str)
    }

    /// The first value of a key as a number.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<u64> {
        self.text(key)?.parse().ok()
    }

    /// What the plug-in wants its user to know.
    #[must_use]
    pub fn notices(&self) -> &[String] {
        self.values.get("notice").map_or(&[], Vec::as_slice)
    }

    /// Every loss the plug-in admits: kind and count, only those above zero.
    #[must_use]
    pub fn losses(&self) -> Vec<(&str, u64)> {
        let counts = self.values.keys().filter(|key| is_loss(key));
        let counts = counts.map(|key| (key.as_str(), self.number(key).unwrap_or(u64::MAX)));
        counts.filter(|(_, count)| *count > 0).collect()
    }

    /// Whether every event and every long buffer is back in the pool.
    #[must_use]
    pub fn pool_is_whole(&self) -> bool {
        let whole = |free, capacity| {
            let capacity = self.number(capacity);
            capacity.is_some_and(|count| count > 0) && capacity == self.number(free)
        };
        whole("pool_free", "pool_capacity") && whole("buffers_free", "buffers_capacity")
    }
}

/// Counters that must stay at zero.
fn is_loss(key: &str) -> bool {
    const LOSSES: [&str; 5] = [
        "notes_lost",
        "panics",
        "blocks_refused",
        "events_dropped",
        "unsupported",
    ];
    key.starts_with("events_lost") || key.starts_with("lost_") || LOSSES.contains(&key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_values() {
        let report = Report::parse("events_in 12\nbank Grand Piano\nnotice a b\nnotice c\n");
        assert_eq!(report.number("events_in"), Some(12));
        assert_eq!(report.text("bank"), Some("Grand Piano"));
        assert_eq!(report.notices(), ["a b", "c"]);
        assert_eq!(report.number("absent"), None);
    }

    #[test]
    fn losses_are_those_above_zero() {
        let report = Report::parse("events_lost 0\nevents_lost_pool 3\nnotes_lost 1\nvoices 7");
        assert_eq!(
            report.losses(),
            [("events_lost_pool", 3), ("notes_lost", 1)]
        );
    }

    #[test]
    fn a_loss_that_is_no_number_counts() {
        assert_eq!(
            Report::parse("panics many").losses(),
            [("panics", u64::MAX)]
        );
    }

    #[test]
    fn a_pool_without_counters_is_not_whole() {
        assert!(!Report::parse("").pool_is_whole());
        let whole = "pool_free 9\npool_capacity 9\nbuffers_free 2\nbuffers_capacity 2";
        assert!(Report::parse(whole).pool_is_whole());
        assert!(!Report::parse(&whole.replace("free 2", "free 1")).pool_is_whole());
    }
}
