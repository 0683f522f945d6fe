//! Properties of a synthesizer pin as typed calls, and what of them reaches the render side.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

#[path = "fake/property_pin.rs"]
mod property_pin;

use std::sync::Arc;

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    ReferenceTime,
    miniport::VoicePriority,
    property::{
        BlockAccount, DownloadError, DownloadHandle, Granted, PortParams, PropertyConfig,
        PropertyError, SynthStats, Unloaded, ValidParams, ValidStats, VoicePool,
        params::VoicesTaken,
    },
};
use property_pin::{Shelf, Synth, block, config, pair, pair_of, reading};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

#[test]
fn volume_and_boost_are_summed_in_decibels_into_one_gain() {
    let (mut control, mut node) = pair();
    assert_eq!((control.volume(), control.volume_boost()), (0, 0));
    control.set_volume(-1_000).unwrap();
    control.set_volume_boost(600).unwrap();
    control.set_volume(-20_000).unwrap();
    control.set_volume(2_000).unwrap();
    control.set_volume_boost(2_000).unwrap();
    let mut synth = Synth::default();
    assert_eq!(node.serve(Some(&mut synth)), 5);
    assert_eq!(synth.gains, [-1_000, -400, -19_400, 2_600, 4_000]);
    assert_eq!(node.serve(Some(&mut synth)), 0);
}

#[test]
fn levels_out_of_range_are_refused_and_change_nothing() {
    let (mut control, mut node) = pair();
    for level in [-20_001, 2_001, i32::MIN, i32::MAX] {
        let refused = PropertyError::OutOfRange {
            what: "volume",
            value: level.into(),
            min: -20_000,
            max: 2_000,
        };
        assert_eq!(control.set_volume(level), Err(refused));
        assert!(control.set_volume_boost(level).is_err());
    }
    assert_eq!((control.volume(), control.volume_boost()), (0, 0));
    assert_eq!(node.serve(Some(&mut Synth::default())), 0);
}

#[test]
fn priorities_begin_by_channel_alike_in_all_groups() {
    let (control, _node) = pair();
    for group in 0..4 {
        let of = |channel| control.voice_priority(group, channel).unwrap().value();
        assert_eq!(of(9), 0x8000_000F);
        assert_eq!(
            (of(0), of(1), of(8)),
            (0x8000_000E, 0x8000_000D, 0x8000_0006)
        );
        assert_eq!((of(10), of(15)), (0x8000_0005, 0x8000_0000));
    }
}

#[test]
fn a_priority_is_set_for_its_group_and_channel_alone() {
    let (mut control, mut node) = pair();
    let critical = VoicePriority::new(VoicePriority::CRITICAL | 3);
    control.set_voice_priority(2, 9, critical).unwrap();
    assert_eq!(control.voice_priority(2, 9), Ok(critical));
    for (group, channel) in [(1, 9), (2, 8), (3, 9)] {
        let default = VoicePriority::of_channel(u8::try_from(channel).unwrap());
        assert_eq!(control.voice_priority(group, channel), Ok(default));
    }
    let mut synth = Synth::default();
    node.serve(Some(&mut synth));
    assert_eq!(synth.priorities, [(2, 9, 0xF000_0003)]);
}

#[test]
fn groups_and_channels_there_are_not_are_refused() {
    let (mut control, mut node) = pair();
    for (group, channel) in [(4, 0), (u32::MAX, 0), (0, 16), (65_536, 0), (0, 256)] {
        assert!(control.voice_priority(group, channel).is_err());
        let priority = VoicePriority::new(0);
        assert!(
            control
                .set_voice_priority(group, channel, priority)
                .is_err()
        );
    }
    for groups in [0, 5, 65_537, u32::MAX] {
        assert!(control.set_channel_groups(groups).is_err());
    }
    assert_eq!(control.channel_groups(), 4);
    assert_eq!(node.serve(Some(&mut Synth::default())), 0);
}

#[test]
fn a_full_ring_is_an_error_and_leaves_the_old_value() {
    let (mut control, mut node) = pair_of(PropertyConfig {
        capacity: 1,
        ..config()
    });
    control.set_volume(-1).unwrap();
    let full = PropertyError::Full { capacity: 1 };
    assert_eq!(control.set_volume(-2), Err(full));
    assert_eq!(control.set_volume_boost(-2), Err(full));
    assert_eq!(control.set_channel_groups(1), Err(full));
    let low = VoicePriority::new(VoicePriority::LOW);
    assert_eq!(control.set_voice_priority(0, 0, low), Err(full));
    let asked = PortParams {
        valid: ValidParams::VOICES,
        voices: 64,
        ..PortParams::default()
    };
    assert_eq!(control.port_params(asked), Err(full));
    assert_eq!(control.voice_pool(), &VoicePool::new(64));
    assert_eq!((control.volume(), control.volume_boost()), (-1, 0));
    assert_eq!(control.channel_groups(), 4);
    assert_eq!(
        control.voice_priority(0, 0),
        Ok(VoicePriority::of_channel(0))
    );
    let mut synth = Synth::default();
    node.serve(Some(&mut synth));
    assert_eq!(synth.gains, [-1]);
    control.set_volume(-2).unwrap();
}

#[test]
fn requests_wait_for_a_synthesizer_rather_than_vanish() {
    let (mut control, mut node) = pair();
    control.set_volume(-300).unwrap();
    assert_eq!(node.serve(None), 0);
    assert_eq!(control.volume(), -300);
    let mut synth = Synth::default();
    assert_eq!(node.serve(Some(&mut synth)), 1);
    assert_eq!(synth.gains, [-300]);
}

#[test]
fn a_synthesizer_opened_anew_is_told_all_that_was_set() {
    let (mut control, mut node) = pair();
    control.set_volume(-300).unwrap();
    control.set_volume_boost(100).unwrap();
    control.set_channel_groups(2).unwrap();
    let high = VoicePriority::new(VoicePriority::HIGH);
    control.set_voice_priority(3, 5, high).unwrap();
    node.serve(Some(&mut Synth::default()));
    let mut synth = Synth::default();
    assert_no_alloc(|| node.0.restore(&mut synth));
    assert_eq!((synth.groups, synth.gains), (vec![2], vec![-200]));
    assert_eq!(synth.priorities.len(), 64);
    assert_eq!(synth.priorities[3 * 16 + 5], (3, 5, VoicePriority::HIGH));
    assert_eq!(synth.priorities[9], (0, 9, 0x8000_000F));
}

#[test]
fn clients_are_granted_no_more_groups_than_the_owner_allows() {
    let (mut control, mut node) = pair();
    node.0.set_most_groups(2);
    control.set_channel_groups(3).unwrap();
    let mut synth = Synth::default();
    node.serve(Some(&mut synth));
    node.0.restore(&mut synth);
    assert_eq!(synth.groups, [2, 2]);
    control.set_channel_groups(1).unwrap();
    node.serve(Some(&mut synth));
    assert_eq!(synth.groups, [2, 2, 1]);
}

#[test]
fn downloads_go_to_whoever_takes_them() {
    let chunks = Arc::default();
    let compacted = Arc::default();
    let shelf = Shelf {
        chunks: Arc::clone(&chunks),
        unloads: Unloaded::Pending,
        compacted: Arc::clone(&compacted),
    };
    let (mut control, _node) = pair_of(PropertyConfig {
        downloads: Some(Box::new(shelf)),
        ..config()
    });
    let handle = control.download(&[1, 2, 3]).unwrap();
    assert_eq!(*chunks.lock().unwrap(), [[1, 2, 3]]);
    assert_eq!(control.unload(handle), Ok(Unloaded::Pending));
    assert_eq!(control.append(), Ok(4));
    control.compact().unwrap();
    assert_eq!(*compacted.lock().unwrap(), 1);
    let unknown = DownloadError::UnknownHandle(DownloadHandle(0));
    assert_eq!(control.unload(DownloadHandle(0)), Err(unknown.into()));
}

#[test]
fn a_synthesizer_without_downloads_says_so() {
    let (mut control, _node) = pair_of(PropertyConfig {
        downloads: None,
        ..config()
    });
    let none = PropertyError::NoDownloads;
    assert_eq!(control.download(&[0; 20]), Err(none));
    assert_eq!(control.unload(DownloadHandle(1)), Err(none));
    assert_eq!(
        (control.append(), control.compact()),
        (Err(none), Err(none))
    );
    assert!(
        !control
            .running_stats()
            .valid
            .contains(ValidStats::FREE_MEMORY)
    );
}

/// Asks a fresh pin, and returns the answer with its verdict.
fn ask(asked: PortParams) -> (PortParams, Granted) {
    pair().0.port_params(asked).unwrap()
}

const DEFAULTS: PortParams = PortParams {
    valid: ValidParams::ALL,
    voices: 32,
    channel_groups: 4,
    audio_channels: 2,
    sample_rate_hz: 48_000,
    effects: 0,
    share: 0,
};

#[test]
fn fields_that_were_not_filled_come_back_as_defaults() {
    let asked = PortParams {
        valid: ValidParams::NONE,
        voices: 0,
        channel_groups: 77,
        audio_channels: 9,
        sample_rate_hz: 1,
        effects: 0xFFFF,
        share: 1,
    };
    assert_eq!(ask(asked), (DEFAULTS, Granted::AllAsAsked));
}

#[test]
fn what_there_is_is_granted_as_asked() {
    let asked = PortParams {
        voices: 64,
        channel_groups: 1,
        effects: 1,
        ..DEFAULTS
    };
    assert_eq!(ask(asked), (asked, Granted::AllAsAsked));
}

#[test]
fn fields_that_cannot_be_had_are_changed_and_told() {
    let with = |change: fn(&mut PortParams)| {
        let mut params = DEFAULTS;
        change(&mut params);
        params
    };
    for (asked, granted) in [
        (with(|it| it.voices = 0), with(|it| it.voices = 1)),
        (with(|it| it.voices = u32::MAX), with(|it| it.voices = 64)),
        (
            with(|it| it.channel_groups = 0),
            with(|it| it.channel_groups = 1),
        ),
        (with(|it| it.channel_groups = u32::MAX), DEFAULTS),
        (with(|it| it.sample_rate_hz = 0), DEFAULTS),
        (with(|it| it.sample_rate_hz = 44_100), DEFAULTS),
        (with(|it| it.audio_channels = 0), DEFAULTS),
        (with(|it| it.effects = 7), with(|it| it.effects = 1)),
        (with(|it| it.effects = 1 << 31), DEFAULTS),
        (with(|it| it.share = 1), DEFAULTS),
        (
            with(|it| it.valid = ValidParams::from_bits(0x6F | 0x80)),
            DEFAULTS,
        ),
    ] {
        assert_eq!(ask(asked), (granted, Granted::NotAllAssigned), "{asked:?}");
    }
}

#[test]
fn only_the_fields_that_were_filled_are_judged() {
    let asked = PortParams {
        valid: ValidParams::SAMPLE_RATE,
        sample_rate_hz: 48_000,
        share: 3,
        ..PortParams::default()
    };
    assert_eq!(ask(asked), (DEFAULTS, Granted::AllAsAsked));
}

#[test]
fn voices_once_asked_for_stay_shared() {
    let (mut control, _node) = pair();
    for (voices, dynamic) in [(24, 24), (48, 48), (8, 48), (99, 64)] {
        let asked = PortParams {
            valid: ValidParams::VOICES,
            voices,
            ..PortParams::default()
        };
        let (params, _) = control.port_params(asked).unwrap();
        assert_eq!(params.voices, voices.min(64));
        assert_eq!(control.voice_pool().dynamic(), dynamic);
    }
}

#[test]
fn granted_groups_reach_the_synthesizer() {
    let (mut control, mut node) = pair();
    let asked = PortParams {
        valid: ValidParams::CHANNEL_GROUPS,
        channel_groups: 2,
        ..PortParams::default()
    };
    control.port_params(asked).unwrap();
    assert_eq!(control.channel_groups(), 2);
    let mut synth = Synth::default();
    node.serve(Some(&mut synth));
    assert_eq!(synth.groups, [2]);
}

#[test]
fn sixty_four_voices_are_shared_out_as_documented() {
    let mut pool = VoicePool::new(64);
    let of = |pool: &VoicePool| (pool.free(), pool.dynamic());
    pool.take_static(4).unwrap();
    assert_eq!(of(&pool), (60, 0));
    assert_eq!(pool.ask(32), 32);
    assert_eq!(of(&pool), (28, 32));
    assert_eq!(pool.ask(24), 24);
    assert_eq!(of(&pool), (28, 32));
    pool.take_static(24).unwrap();
    assert_eq!(of(&pool), (4, 32));
    assert_eq!(pool.ask(48), 36);
    assert_eq!(of(&pool), (0, 36));
    assert_eq!(
        pool.take_static(10),
        Err(VoicesTaken { asked: 10, free: 0 })
    );
    pool.release_static(5);
    assert_eq!(of(&pool), (5, 36));
}

proptest! {
    #[test]
    fn voices_are_never_made_nor_lost(
        total in any::<u32>(), steps in proptest::collection::vec((0_u8..3, any::<u32>()), 0..40),
    ) {
        let mut pool = VoicePool::new(total);
        let mut taken = 0_u32;
        for (step, voices) in steps {
            match step {
                0 => prop_assert!(pool.ask(voices) <= voices),
                1 if pool.take_static(voices).is_ok() => taken += voices,
                1 => {}
                _ => {
                    pool.release_static(voices);
                    taken -= voices.min(taken);
                }
            }
            let sum = u64::from(pool.free()) + u64::from(pool.dynamic()) + u64::from(taken);
            prop_assert_eq!(sum, u64::from(total));
        }
    }

    #[test]
    fn what_was_granted_is_granted_again_as_asked(
        bits in any::<u32>(), fields in any::<[u32; 6]>(),
    ) {
        let [voices, channel_groups, audio_channels, sample_rate_hz, effects, share] = fields;
        let asked = PortParams {
            valid: ValidParams::from_bits(bits),
            voices, channel_groups, audio_channels, sample_rate_hz, effects, share,
        };
        let (granted, _) = ask(asked);
        prop_assert_eq!(ask(granted), (granted, Granted::AllAsAsked));
    }
}

#[test]
fn statistics_are_averages_and_sums_over_the_run() {
    let (mut control, mut node) = pair();
    node.enter_run();
    let blocks = [(10, 5, 0.25), (20, 7, 0.5), (32, 7, 0.125)];
    for (number, (voices, lost, peak)) in (0..).zip(blocks) {
        let block = BlockAccount {
            busy_ns: Some(1_000_000),
            ..block(number, Some(reading(voices, lost, peak)))
        };
        node.account(&block);
    }
    let stats = control.running_stats();
    // 1 ms of 10 is 10 %; 62 voices in three blocks of it.
    let expected = SynthStats {
        valid: stats.valid,
        voices: 21,
        total_cpu: 1_000,
        cpu_per_voice: 48,
        lost_notes: 7,
        free_memory: Some(12_345),
        peak_volume: -602,
    };
    assert_eq!((stats, stats.valid.bits()), (expected, 0x3F));
}

#[test]
fn entry_to_run_zeroes_the_statistics_but_not_the_clocks() {
    let (mut control, mut node) = pair();
    node.account(&block(0, Some(reading(9, 40, 1.0))));
    node.enter_run();
    let stats = control.running_stats();
    assert_eq!((stats.voices, stats.lost_notes), (0, 0));
    assert_eq!(stats.peak_volume, SynthStats::SILENCE);
    assert_eq!(control.latency_clock(), ReferenceTime::new(100_000));
    // What was lost before does not count again.
    node.account(&block(1, Some(reading(9, 43, 0.0))));
    assert_eq!(control.running_stats().lost_notes, 3);
}

#[test]
fn lost_notes_of_a_synthesizer_opened_anew_are_counted_on() {
    let (mut control, mut node) = pair();
    node.enter_run();
    for (number, lost) in [(0, 100), (1, 2), (2, 5)] {
        node.account(&block(number, Some(reading(0, lost, 0.0))));
    }
    assert_eq!(control.running_stats().lost_notes, 105);
}

#[test]
fn statistics_read_in_stop_are_those_of_the_last_run() {
    let (mut control, mut node) = pair();
    let before = control.running_stats();
    assert_eq!(
        (before.voices, before.peak_volume),
        (0, SynthStats::SILENCE)
    );
    node.enter_run();
    node.account(&block(0, Some(reading(8, 1, 1.0))));
    let running = control.running_stats();
    for number in 1..50 {
        node.account(&block(number, None));
    }
    assert_eq!(control.running_stats(), running);
    assert_eq!(
        (running.voices, running.lost_notes, running.peak_volume),
        (8, 1, 0)
    );
}

#[test]
fn nobody_looking_at_the_processor_leaves_its_load_out() {
    let (mut control, mut node) = pair();
    node.account(&block(0, Some(reading(8, 1, 1.0))));
    let stats = control.running_stats();
    assert!(!stats.valid.contains(ValidStats::TOTAL_CPU));
    assert!(!stats.valid.contains(ValidStats::CPU_PER_VOICE));
    assert_eq!((stats.total_cpu, stats.cpu_per_voice), (0, 0));
}

#[test]
fn the_latency_clock_is_ahead_of_the_master_clock_and_never_steps_back() {
    let (mut control, mut node) = pair();
    let mut last = control.latency_clock();
    for (number, lead) in [(0, 0), (1, 500_000), (2, 0), (3, -7), (9, 0), (2, 0)] {
        node.account(&BlockAccount {
            output_latency: ReferenceTime::new(lead),
            ..block(number, Some(reading(0, 0, 0.0)))
        });
        let (master, latency) = control.clocks();
        assert!(latency > master && latency >= last);
        last = latency;
    }
    assert_eq!(control.clocks().0, control.master_clock());
    assert_eq!(control.master_clock(), ReferenceTime::new(900_000));
}

#[test]
fn a_reading_from_another_thread_is_of_one_block() {
    let (mut control, mut node) = pair();
    node.enter_run();
    let reader = std::thread::spawn(move || {
        loop {
            let (master, latency) = control.clocks();
            assert!(latency > master || master == ReferenceTime::ZERO);
            let stats = control.running_stats();
            assert!(stats.voices == 0 || stats.voices == 3, "{stats:?}");
            if latency.units() == 20_000 * 100_000 {
                return stats.lost_notes;
            }
        }
    });
    for number in 0..20_000 {
        let lost = u64::try_from(number).unwrap();
        node.account(&block(number, Some(reading(3, lost, 0.5))));
    }
    assert_eq!(reader.join().unwrap(), 19_999);
}

#[test]
fn the_render_half_allocates_nothing() {
    let (mut control, mut node) = pair();
    let mut synth = Synth {
        groups: Vec::with_capacity(100),
        gains: Vec::with_capacity(100),
        priorities: Vec::with_capacity(100),
    };
    for _ in 0..20 {
        control.set_volume(-5).unwrap();
        control
            .set_voice_priority(1, 2, VoicePriority::new(3))
            .unwrap();
        control.set_channel_groups(3).unwrap();
    }
    assert_no_alloc(|| {
        node.serve(None);
        node.serve(Some(&mut synth));
        node.enter_run();
        for number in 0..100 {
            node.account(&block(number, Some(reading(4, 2, 0.5))));
        }
        node.0.restore(&mut synth);
    });
    assert_eq!(synth.groups.len(), 21);
}
