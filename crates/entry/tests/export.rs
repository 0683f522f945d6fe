//! The export macro, in a crate that forbids unsafe code as the plug-in's does.

#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::ffi::CStr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use dmus_entry::{Boundary, Guarded};
use nice_plug::prelude::*;

#[derive(Default)]
struct Minimal {
    params: Arc<MinimalParams>,
}

#[derive(Default, Params)]
struct MinimalParams {}

enum Task {
    Report(SyncSender<String>),
    Command(String, SyncSender<String>),
    Notice(String),
}

impl Plugin for Minimal {
    const NAME: &'static str = "Minimal";
    const VENDOR: &'static str = "Tests";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = "0.0.1";
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout {
        main_output_channels: NonZeroU32::new(2),
        ..AudioIOLayout::const_default()
    }];

    type Editor = ();
    type SysExMessage = ();
    type BackgroundTask = Task;

    fn task_executor(&mut self) -> TaskExecutor<Self> {
        Box::new(|task| match task {
            Task::Report(reply) => reply.try_send(String::from("minimal 1")).unwrap(),
            Task::Command(line, reply) => reply.try_send(line).unwrap(),
            Task::Notice(text) => assert!(!text.is_empty()),
        })
    }

    fn params(&self) -> Arc<dyn Params> {
        self.params.clone()
    }

    fn process(
        &mut self,
        _buffer: &mut Buffer<'_>,
        _aux: &mut AuxiliaryBuffers<'_>,
        _context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        ProcessStatus::Normal
    }
}

impl ClapPlugin for Minimal {
    const CLAP_ID: &'static str = "org.example.minimal";
    const CLAP_DESCRIPTION: Option<&'static str> = Some("the least there can be");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[ClapFeature::Instrument];
}

impl Boundary for Minimal {
    const REPORT_ID: &'static CStr = c"org.example.minimal/1";
    const COMMAND_ID: &'static CStr = c"org.example.minimal-command/1";

    fn report(reply: SyncSender<String>) -> Task {
        Task::Report(reply)
    }

    fn command(line: String, reply: SyncSender<String>) -> Task {
        Task::Command(line, reply)
    }

    fn notice(text: String) -> Task {
        Task::Notice(text)
    }
}

#[cfg(feature = "vst3")]
impl dmus_entry::Vst3 for Minimal {
    const CLASS_ID: [u8; 16] = *b"BoundaryMinimal.";
    const CATEGORIES: &'static str = "Instrument";
}

dmus_entry::export_clap!(Minimal);

#[cfg(feature = "vst3")]
dmus_entry::export_vst3!(Minimal);

#[test]
fn entry_is_exported_under_its_name() {
    assert!(clap_entry.init.is_some());
    assert!(clap_entry.get_factory.is_some());
}

#[test]
fn guarded_plug_in_is_the_same_to_the_outside() {
    assert_eq!(Guarded::<Minimal>::CLAP_ID, Minimal::CLAP_ID);
    assert_eq!(
        Guarded::<Minimal>::CLAP_DESCRIPTION,
        Minimal::CLAP_DESCRIPTION
    );
    assert_eq!(Guarded::<Minimal>::NAME, Minimal::NAME);
    assert_eq!(Guarded::<Minimal>::VERSION, Minimal::VERSION);
    assert_eq!(
        Guarded::<Minimal>::AUDIO_IO_LAYOUTS,
        Minimal::AUDIO_IO_LAYOUTS
    );
}

#[cfg(feature = "vst3")]
#[test]
fn factory_is_exported_under_its_name() {
    assert!(!GetPluginFactory().is_null());
}
