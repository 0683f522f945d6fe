//! The plug-in's private commands: a line of text in, an answer out.
//!
//! In: the extension `org.dmus.command/1`. Out: answers. Thread: main.

use std::ffi::{CStr, c_char, c_void};

use clack_host::extensions::prelude::{PluginExtensionSide, PluginMainThreadHandle};
use clack_host::extensions::{Extension, RawExtension};

/// The functions behind the extension.
#[repr(C)]
#[derive(Clone, Copy)]
struct RawCommand {
    call: Option<
        unsafe extern "C" fn(
            plugin: *const c_void,
            line: *const c_char,
            text: *mut c_char,
            capacity: u32,
        ) -> u32,
    >,
}

/// The plug-in's side of `org.dmus.command/1`.
#[derive(Clone, Copy)]
pub(crate) struct PluginCommand(RawExtension<PluginExtensionSide, RawCommand>);

#[expect(unsafe_code, reason = "binds an extension's name to its C struct")]
// SAFETY: the identifier is that of `RawCommand`, which has the layout the extension defines.
unsafe impl Extension for PluginCommand {
    const IDENTIFIERS: &'static [&'static CStr] = &[c"org.dmus.command/1"];
    type ExtensionSide = PluginExtensionSide;

    unsafe fn from_raw(raw: RawExtension<Self::ExtensionSide>) -> Self {
        // SAFETY: the caller found `raw` under this type's identifier.
        Self(unsafe { raw.cast() })
    }
}

impl PluginCommand {
    /// Has the plug-in do what `line` says; `None` when it has no function or its answer is not
    /// UTF-8.
    pub(crate) fn call(self, plugin: &PluginMainThreadHandle<'_>, line: &CStr) -> Option<String> {
        let call = plugin.shared().use_extension(&self.0).call?;
        let mut text = vec![0_u8; 1 << 16];
        let capacity = u32::try_from(text.len()).ok()?;
        let instance = plugin.as_raw_ptr().cast();
        #[expect(unsafe_code, reason = "the call of a C function")]
        // SAFETY: main thread, a live instance, a C string, a buffer of the length given.
        let length = unsafe { call(instance, line.as_ptr(), text.as_mut_ptr().cast(), capacity) };
        text.truncate(usize::try_from(length).ok()?);
        String::from_utf8(text).ok()
    }
}
