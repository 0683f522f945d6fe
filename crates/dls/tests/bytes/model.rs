//! What every bank of a SoundFont keeps, whatever the file was.

use std::collections::BTreeSet;

use dmus_dls::bank::{Bank, Connection, Destination, Dialect, LINKS, Region, Source, WaveSample};
use dmus_dls::limits;

/// Asserts what the model promises.
#[track_caller]
pub(crate) fn assert_model(bank: &Bank) {
    assert!(bank.warnings.len() <= limits::WARNINGS + 1);
    assert!(bank.instruments.len() <= limits::INSTRUMENTS);
    for wave in &bank.waves {
        assert!(!wave.frames.is_empty());
        assert!(
            wave.frames
                .low()
                .is_none_or(|low| low.len() == wave.frames.len())
        );
        assert!((1..=limits::SAMPLE_RATE_HZ).contains(&wave.sample_rate));
        assert_loop(wave.sample.as_ref(), wave.frames.len());
    }
    for instrument in &bank.instruments {
        let patch = instrument.patch;
        assert!(patch.bank_msb < 128 && patch.bank_lsb < 128 && patch.program < 128);
        assert_eq!(instrument.dialect, Dialect::SoundFont);
        assert!(!instrument.regions.is_empty());
        assert!(instrument.regions.len() <= limits::REGIONS);
        assert_connections(&instrument.articulation);
        for region in &instrument.regions {
            assert_region(region);
            let frames = bank.waves[region.wave].frames.len();
            assert_loop(region.sample.as_ref(), frames);
        }
    }
}

fn assert_region(region: &Region) {
    assert!(!region.keys.is_empty() && *region.keys.end() < 128);
    assert!(!region.velocities.is_empty() && *region.velocities.end() < 128);
    assert!(region.key_group < 128);
    assert!(region.fixed_key.is_none_or(|key| key < 128));
    assert!(
        region
            .fixed_velocity
            .is_none_or(|velocity| (1..128).contains(&velocity))
    );
    assert_connections(region.articulation.as_deref().unwrap_or_default());
}

/// No key twice, links in the order in which they are settled, no oscillator within them.
fn assert_connections(connections: &[Connection]) {
    assert!(connections.len() <= limits::CONNECTIONS);
    let keys: BTreeSet<_> = connections.iter().map(Connection::key).collect();
    assert_eq!(keys.len(), connections.len());
    for connection in connections {
        for source in [connection.source, connection.control] {
            let Destination::Link(link) = connection.destination else {
                assert!(!matches!(source, Source::Link(LINKS..)));
                continue;
            };
            assert!(link < LINKS);
            assert!(!matches!(source, Source::Link(other) if other >= link));
            let moves = [Source::ModLfo, Source::VibLfo, Source::Eg1, Source::Eg2];
            assert!(!moves.contains(&source));
        }
    }
}

fn assert_loop(sample: Option<&WaveSample>, frames: usize) {
    let Some(sample) = sample else {
        return;
    };
    assert!(sample.unity_note < 128);
    if let Some(wave_loop) = sample.wave_loop {
        assert!(wave_loop.length >= 1);
        let end = u64::from(wave_loop.start) + u64::from(wave_loop.length);
        assert!(end <= u64::try_from(frames).unwrap());
    }
}
