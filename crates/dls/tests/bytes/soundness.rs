//! What every bank that was read has to keep.

use dmus_dls::bank::{Bank, WaveSample};
use dmus_dls::limits;
use dmus_dls::write::to_dls;

/// Asserts what the model promises, and that the bank survives being written.
#[track_caller]
pub(crate) fn assert_sound(bank: &Bank, file_bytes: usize) {
    let frames: usize = bank.waves.iter().map(|wave| wave.frames.len()).sum();
    assert!(frames <= 2 * file_bytes);
    assert!(bank.warnings.len() <= limits::WARNINGS + 1);
    for wave in &bank.waves {
        assert!(!wave.frames.is_empty());
        assert!((1..=limits::SAMPLE_RATE_HZ).contains(&wave.sample_rate));
        assert_loop_within(wave.sample.as_ref(), wave.frames.len());
    }
    for instrument in &bank.instruments {
        let patch = instrument.patch;
        assert!(patch.bank_msb < 128 && patch.bank_lsb < 128 && patch.program < 128);
        assert!(!instrument.regions.is_empty());
        assert!(instrument.articulation.len() <= limits::CONNECTIONS);
        for region in &instrument.regions {
            assert!(!region.keys.is_empty() && *region.keys.end() < 128);
            assert!(!region.velocities.is_empty() && *region.velocities.end() < 128);
            assert_loop_within(region.sample.as_ref(), bank.waves[region.wave].frames.len());
        }
    }
    if !bank.instruments.is_empty() {
        let again = Bank::read(&to_dls(bank)).unwrap();
        assert_eq!(
            again,
            Bank {
                warnings: Vec::new(),
                ..bank.clone()
            }
        );
    }
}

#[track_caller]
fn assert_loop_within(sample: Option<&WaveSample>, frames: usize) {
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
