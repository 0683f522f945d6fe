//! The other end of the scale: a conforming host, by people who never saw this boundary.

use clack_extensions::latency::PluginLatency;
use clack_extensions::params::{ParamInfoBuffer, PluginParams};
use clack_extensions::state::PluginState;
use clack_host::events::event_types::NoteOnEvent;
use clack_host::prelude::*;

use crate::probe::{PLAIN, Probe};

const FRAMES: usize = 48;

static ENTRY: dmus_entry::clap_plugin_entry = dmus_entry::Entry::<Probe<PLAIN>>::ENTRY;

struct Shared;

impl SharedHandler<'_> for Shared {
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {}
}

struct TestHost;

impl HostHandlers for TestHost {
    type Shared<'a> = Shared;
    type MainThread<'a> = ();
    type AudioProcessor<'a> = ();
}

fn instance() -> PluginInstance<TestHost> {
    let info = HostInfo::new("Test", "Tests", "", "1").unwrap();
    // SAFETY: the entry is the one under test, and static.
    let entry = unsafe { PluginEntry::load_from_raw(&ENTRY, c"/nowhere") }.unwrap();
    let factory = entry.get_plugin_factory().unwrap();
    let id = factory.plugin_descriptor(0).unwrap().id().unwrap();
    PluginInstance::new(|_| Shared, |_| (), &entry, id, &info).unwrap()
}

#[test]
fn note_sounds_from_its_frame_on_another_thread() {
    let mut instance = instance();
    let config = PluginAudioConfiguration {
        sample_rate: 48_000.0,
        min_frames_count: 1,
        max_frames_count: FRAMES as u32,
    };
    let stopped = instance.activate(|_, _| (), config).unwrap();
    let (stopped, output) = std::thread::scope(|scope| {
        let render = move || {
            let mut processor = stopped.start_processing().unwrap();
            let mut output = [[9.0_f32; FRAMES]; 2];
            let events = [NoteOnEvent::new(
                20,
                Pckn::new(0_u16, 0_u16, 60_u16, 1_u32),
                1.0,
            )];
            let mut sent = EventBuffer::with_capacity(8);
            let mut ports = AudioPorts::with_capacity(2, 1);
            let channels = output.iter_mut().map(|channel| channel.as_mut_slice());
            let mut outputs = ports.with_output_buffers([AudioPortBuffer {
                latency: 0,
                channels: AudioPortBufferType::f32_output_only(channels),
            }]);
            processor
                .process(
                    &InputAudioBuffers::empty(),
                    &mut outputs,
                    &InputEvents::from_buffer(&events),
                    &mut OutputEvents::from_buffer(&mut sent),
                    None,
                    None,
                )
                .unwrap();
            assert_eq!(sent.len(), 1);
            (processor.stop_processing(), output)
        };
        scope.spawn(render).join().unwrap()
    });
    for channel in output {
        assert!(channel[..20].iter().all(|sample| *sample == 0.0));
        assert!(channel[20..].iter().all(|sample| *sample == 0.5));
    }
    instance.deactivate(stopped);
}

#[test]
fn extensions_answer_through_the_wrapper() {
    let mut instance = instance();
    let plugin = instance.plugin_handle();
    let params: PluginParams = plugin.get_extension().unwrap();
    assert_eq!(params.count(&plugin), 3);
    let mut buffer = ParamInfoBuffer::new();
    let info = params.get_info(&plugin, 1, &mut buffer).unwrap();
    assert_eq!(info.name, b"Level");
    let latency: PluginLatency = plugin.get_extension().unwrap();
    assert_eq!(latency.get(&plugin), 0);
}

#[test]
fn state_goes_round() {
    let (mut first, mut second) = (instance(), instance());
    let mut bytes = Vec::new();
    let plugin = first.plugin_handle();
    let state: PluginState = plugin.get_extension().unwrap();
    state.save(&plugin, &mut bytes).unwrap();
    let plugin = second.plugin_handle();
    let state: PluginState = plugin.get_extension().unwrap();
    state.load(&plugin, &mut bytes.as_slice()).unwrap();
    let mut again = Vec::new();
    state.save(&plugin, &mut again).unwrap();
    assert_eq!(again, bytes);
}
