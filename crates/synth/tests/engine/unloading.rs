//! Unloads while notes sound: when they are complete, and what new notes find.

use dmus_kernel::property::{DownloadError, DownloadHandle, Downloads, Unloaded};
use dmus_synth::Layer;

use crate::bank::harness;
use crate::download_table::{Client, instrument, wave};
use crate::measure::close;

/// A wave and an instrument, handles in this order.
fn client() -> (Client, DownloadHandle, DownloadHandle) {
    let mut client = Client::new();
    let wave = client.download(&wave(1));
    let instrument = client.download(&instrument(2, 1, 0, 0.0));
    (client, wave, instrument)
}

/// Runs until every note has ended, and carries home what is left.
fn fall_silent(client: &mut Client) {
    client.rig.run_s(1.0);
    assert_eq!(client.rig.voices(), 0);
    client.sync();
}

#[test]
fn an_unload_is_pending_until_the_last_note_has_ended() {
    let (mut client, _, instrument) = client();
    client.rig.strike(69);
    client.rig.run(441);
    assert_eq!(client.unload(instrument), Unloaded::Pending);
    assert!(client.table.is_pending(instrument));
    // The note goes on as if nothing had happened.
    close(client.rig.run_s(0.5).level_db(0.1, 0.4), 0.0, 0.05);
    client.rig.lift(69);
    client.rig.run(441);
    client.sync();
    assert!(client.table.is_pending(instrument));
    assert_eq!(client.completed(), []);
    fall_silent(&mut client);
    assert!(!client.table.is_pending(instrument));
    assert_eq!(client.completed(), [instrument]);
    assert_eq!(client.completed(), []);
}

#[test]
fn an_unload_without_a_note_is_complete_with_the_next_exchange() {
    let (mut client, _, instrument) = client();
    // The engine holds the collection: only the exchange shows that nothing plays it.
    assert_eq!(client.table.unload(instrument), Ok(Unloaded::Pending));
    client.sync();
    assert_eq!(client.completed(), [instrument]);
}

#[test]
fn what_the_engine_never_had_goes_at_once() {
    let mut client = Client::new();
    let wave = client.table.download(&wave(1)).unwrap();
    let handle = client.table.download(&instrument(2, 1, 0, 0.0)).unwrap();
    assert_eq!(client.table.unload(handle), Ok(Unloaded::Now));
    assert_eq!(client.table.unload(wave), Ok(Unloaded::Now));
    assert!(client.table.is_empty());
    assert!(client.table.take_changed().unwrap().is_none());
}

#[test]
fn a_note_after_an_unload_is_ignored_where_nothing_lies_below() {
    let (mut client, _, instrument) = client();
    client.unload(instrument);
    client.rig.strike(69);
    assert_eq!(client.rig.voices(), 0);
    assert_eq!(client.rig.engine.stats().unmatched_notes, 1);
}

#[test]
fn a_note_after_an_unload_falls_to_the_layer_below() {
    let mut client = Client::over(Some(&harness(&[])));
    client.download(&wave(1));
    let handle = client.download(&instrument(2, 1, 0, -12.0));
    client.rig.strike(69);
    client.rig.run(441);
    assert_eq!(client.unload(handle), Unloaded::Pending);
    assert_eq!(client.rig.part(0).layer, Some(Layer::User(0)));
    client.rig.send(&[0x80, 69, 0]);
    fall_silent(&mut client);
    client.rig.strike(69);
    close(client.rig.run_s(0.4).level_db(0.1, 0.4), 0.0, 0.05);
}

#[test]
fn a_note_that_only_the_pedal_holds_keeps_its_download() {
    let (mut client, _, instrument) = client();
    client.rig.send(&[0xB0, 64, 127]);
    client.rig.strike(69);
    client.rig.run(441);
    client.rig.lift(69);
    assert_eq!(client.unload(instrument), Unloaded::Pending);
    client.rig.run_s(2.0);
    client.sync();
    assert!(client.table.is_pending(instrument));
    assert_eq!(client.rig.voices(), 1);
    client.rig.send(&[0xB0, 64, 0]);
    fall_silent(&mut client);
    assert_eq!(client.completed(), [instrument]);
}

#[test]
fn an_unload_cannot_be_asked_for_twice() {
    let (mut client, wave, instrument) = client();
    client.rig.strike(69);
    for handle in [wave, instrument] {
        let unknown = Err(DownloadError::UnknownHandle(handle));
        assert_eq!(client.table.unload(handle), Ok(Unloaded::Pending));
        assert_eq!(client.table.unload(handle), unknown);
        client.sync();
        assert_eq!(client.table.unload(handle), unknown);
    }
    client.rig.lift(69);
    fall_silent(&mut client);
    let unknown = Err(DownloadError::UnknownHandle(instrument));
    assert_eq!(client.table.unload(instrument), unknown);
    let never = DownloadHandle(99);
    let unknown = Err(DownloadError::UnknownHandle(never));
    assert_eq!(client.table.unload(never), unknown);
}

#[test]
fn a_wave_unloaded_before_its_instrument_leaves_with_it() {
    let (mut client, wave, instrument) = client();
    assert_eq!(client.unload(wave), Unloaded::Pending);
    // It is still heard, and no longer found.
    client.rig.strike(69);
    close(client.rig.run_s(0.4).level_db(0.1, 0.4), 0.0, 0.05);
    let late = client
        .table
        .download(&crate::download_table::instrument(3, 1, 1, 0.0));
    assert_eq!(late, Err(DownloadError::BadWaveLink(1)));
    assert_eq!(client.unload(instrument), Unloaded::Pending);
    client.sync();
    assert!(client.table.is_pending(wave));
    client.rig.lift(69);
    fall_silent(&mut client);
    assert_eq!(client.completed(), [wave, instrument]);
    assert!(client.table.is_empty());
}

#[test]
fn a_shared_wave_leaves_with_its_last_instrument() {
    let (mut client, wave, first) = client();
    let second = client.download(&instrument(3, 1, 1, 0.0));
    client.unload(wave);
    client.unload(first);
    client.sync();
    assert_eq!(client.completed(), [first]);
    client.rig.send(&[0xC0, 1]);
    client.rig.strike(69);
    close(client.rig.run_s(0.4).level_db(0.1, 0.4), 0.0, 0.05);
    client.rig.lift(69);
    client.unload(second);
    fall_silent(&mut client);
    assert_eq!(client.completed(), [wave, second]);
}

#[test]
fn a_wave_that_nobody_plays_goes_at_once() {
    let (mut client, _, _) = client();
    let spare = client.download(&wave(9));
    client.rig.strike(69);
    assert_eq!(client.unload(spare), Unloaded::Now);
}

#[test]
fn stopping_completes_what_is_pending() {
    let (mut client, wave, instrument) = client();
    client.rig.strike(69);
    client.rig.run(441);
    client.unload(wave);
    client.unload(instrument);
    client.rig.run_s(1.0);
    client.sync();
    assert_eq!(client.completed(), []);
    client.rig.engine.reset();
    client.sync();
    assert_eq!(client.completed(), [wave, instrument]);
}

#[test]
fn an_id_is_free_again_before_its_unload_is_complete() {
    let (mut client, old_wave, old) = client();
    client.rig.strike(60);
    client.rig.run(441);
    assert_eq!(client.unload(old), Unloaded::Pending);
    assert_eq!(client.unload(old_wave), Unloaded::Pending);
    let new_wave = client.download(&wave(1));
    let new = client.download(&instrument(2, 1, 0, -12.0));
    assert!(new_wave > old_wave && new > old);
    // The old note ends as it began, new ones are the new instrument's.
    client.rig.lift(60);
    fall_silent(&mut client);
    assert_eq!(client.completed(), [old, old_wave]);
    client.rig.strike(69);
    close(client.rig.run_s(0.4).level_db(0.1, 0.4), -12.0, 0.05);
    assert_eq!(client.table.len(), 2);
}

#[test]
fn an_unload_makes_no_step() {
    let (mut client, _, instrument) = client();
    client.rig.strike(69);
    client.rig.run(640);
    let steady = client.rig.run(6400).largest_step();
    client.unload(instrument);
    assert!(client.rig.run(6400).largest_step() < steady * 1.001);
}
