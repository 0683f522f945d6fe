//! The engine behind the kernel's port: packed events in, frames out.

use dmus_kernel::event::ChannelGroup;
use dmus_kernel::music::MusicBuffer;
use dmus_kernel::state::StreamState;
use dmus_kernel::time::SampleRate;
use dmus_kernel::{Port, PortConfig};
use dmus_synth::{Layer, Mode, SynthMiniport};

use crate::bank::harness;
use crate::rig::compile;

fn port(buffer_size: u16) -> Port<SynthMiniport> {
    let mut config = PortConfig::new(SampleRate::new(48_000).unwrap());
    config.channel_groups = 2;
    config.buffer_size = buffer_size;
    let mut port = Port::new(SynthMiniport::new(32), config).unwrap();
    port.stream_mut()
        .engine_mut()
        .download(Layer::User(0), Some(compile(&harness(&[]))))
        .unwrap();
    port.set_state(StreamState::Run).unwrap();
    port
}

fn send(port: &mut Port<SynthMiniport>, frame: usize, structured: bool, bytes: &[u8]) {
    let mut buffer = MusicBuffer::with_capacity(8192);
    buffer.clear(port.stamp(0));
    let delta = port.stamp(frame).saturating_sub(port.stamp(0));
    buffer
        .push(ChannelGroup::FIRST, delta, structured, bytes)
        .unwrap();
    assert_eq!(port.submit(&buffer).lost, 0);
}

#[test]
fn a_stamped_note_sounds_from_its_frame() {
    for frame in [0, 1, 77, 200] {
        let mut port = port(256);
        send(&mut port, frame, true, &[0x90, 69, 127]);
        let (mut left, mut right) = (vec![1.0; 256], vec![1.0; 256]);
        port.render(&mut left, &mut right);
        // The wave begins with the zero of a sine.
        let first = left.iter().position(|s| s.abs() > 0.0).unwrap();
        assert_eq!(first, frame + 1);
        assert!(port.is_whole());
    }
}

#[test]
fn a_long_message_is_put_together_from_its_pieces() {
    let mut port = port(9);
    // Unknown, but it has to arrive as one message and leave room for the next.
    let mut long = vec![0xF0, 0x7D];
    long.extend([1; 200]);
    long.push(0xF7);
    let reset = [
        0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, 0x41, 0xF7,
    ];
    send(&mut port, 0, false, &long);
    send(&mut port, 1, false, &reset);
    let (mut left, mut right) = (vec![0.0; 64], vec![0.0; 64]);
    port.render(&mut left, &mut right);
    let engine = port.stream().engine();
    assert_eq!(engine.stats().messages, 2);
    assert_eq!(engine.stats().unknown, 1);
    assert_eq!(engine.part(0, 0).unwrap().mode, Mode::Gs);
    assert_eq!(engine.part(1, 0).unwrap().mode, Mode::Dls);
}

#[test]
fn a_message_too_long_to_put_together_is_counted_and_forgotten() {
    let mut port = port(64);
    let mut flood = vec![0xF0, 0x7D];
    flood.extend([1; 6000]);
    flood.push(0xF7);
    send(&mut port, 0, false, &flood);
    send(&mut port, 1, false, &[0xF0, 0x7E, 0x7F, 0x09, 0x03, 0xF7]);
    let (mut left, mut right) = (vec![0.0; 64], vec![0.0; 64]);
    port.render(&mut left, &mut right);
    let engine = port.stream().engine();
    assert_eq!(engine.stats().messages, 2);
    assert_eq!(engine.stats().unknown, 1);
    assert_eq!(engine.part(0, 0).unwrap().mode, Mode::Gm2);
}

#[test]
fn stopping_silences_and_forgets() {
    let mut port = port(256);
    send(&mut port, 0, true, &[0x90, 69, 127]);
    let (mut left, mut right) = (vec![0.0; 64], vec![0.0; 64]);
    port.render(&mut left, &mut right);
    assert_eq!(port.stream().engine().stats().voices, 1);
    port.set_state(StreamState::Stop).unwrap();
    assert_eq!(port.stream().engine().stats().voices, 0);
    assert_eq!(port.stream().engine().position(), 0);
    assert!(port.is_whole());
}

#[test]
fn more_groups_than_there_are_cannot_be_opened() {
    let mut config = PortConfig::new(SampleRate::new(48_000).unwrap());
    config.channel_groups = 5;
    assert!(Port::new(SynthMiniport::new(32), config).is_err());
}

#[test]
fn stopping_lets_go_of_what_the_voices_played() {
    let mut port = port(256);
    send(&mut port, 0, true, &[0x90, 69, 127]);
    let (mut left, mut right) = (vec![0.0; 64], vec![0.0; 64]);
    port.render(&mut left, &mut right);
    let engine = port.stream_mut().engine_mut();
    engine.download(Layer::User(0), None).unwrap();
    assert!(engine.take_retired().is_none());
    port.set_state(StreamState::Stop).unwrap();
    let engine = port.stream_mut().engine_mut();
    assert!(engine.take_retired().is_some());
}
