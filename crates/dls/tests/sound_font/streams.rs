//! SoundFonts with compressed samples.

use dmus_dls::bank::{LoopKind, WaveLoop};
use dmus_dls::{Bank, Defect, ReadErrorKind};

use crate::sf2::{self, Font, HEADER, Header, zone};
use crate::vorbis::{self, HALF, Spectrum, sound, stream};
use crate::{defects, read};

/// Something that changes from packet to packet.
pub(crate) fn spectra(count: usize) -> Vec<Spectrum> {
    (0..count)
        .map(|packet| {
            let mut spectrum = [0; HALF];
            spectrum[1 + packet % 5] = 100;
            spectrum[9] = -30;
            spectrum
        })
        .collect()
}

/// A font of streams, of which a looped zone plays each.
pub(crate) fn font(streams: &[Vec<u8>]) -> Font {
    let mut font = Font::of(&[]);
    font.version = [3, 0];
    font.samples.clear();
    font.data.clear();
    for (index, stream) in (0..).zip(streams) {
        let start = u32::try_from(font.data.len()).unwrap();
        font.data.extend(stream);
        font.samples.push(Header {
            start,
            end: u32::try_from(font.data.len()).unwrap(),
            loop_start: 20,
            loop_end: 60,
            kind: 0x11,
            ..HEADER
        });
        font.instruments[0]
            .zones
            .push(zone(&[(54, 1), (53, index)]));
    }
    font
}

#[test]
fn stream_sounds_as_the_textbook_says() {
    let spectra = spectra(9);
    let bank = read(&font(&[stream(&spectra, 8 * 32)]));
    assert_eq!(bank.warnings, []);
    let expected = sound(&spectra);
    let frames = &bank.waves[0].frames;
    assert_eq!(frames.len(), expected.len());
    assert!(expected.iter().any(|sample| sample.abs() > 0.3));
    for (found, expected) in frames.iter().zip(expected) {
        let difference = f64::from(*found) - expected * 32_768.0;
        assert!(difference.abs() < 1.0, "{found} {}", expected * 32_768.0);
    }
}

#[test]
fn recording_ends_where_the_last_page_says() {
    let bank = read(&font(&[stream(&spectra(9), 200)]));
    assert_eq!(bank.warnings, []);
    assert_eq!(bank.waves[0].frames.len(), 200);
}

#[test]
fn loop_counts_from_the_start_of_the_sample() {
    let one = stream(&spectra(9), 256);
    let bank = read(&font(&[one.clone(), one]));
    let expected = Some(WaveLoop {
        kind: LoopKind::Forward,
        start: 20,
        length: 40,
    });
    for region in &bank.instruments[0].regions {
        assert_eq!(region.sample.unwrap().wave_loop, expected);
    }
}

#[test]
fn compressed_samples_are_played_whatever_the_version_says() {
    let mut font = font(&[stream(&spectra(3), 64)]);
    font.version = [2, 1];
    assert_eq!(read(&font).waves[0].frames.len(), 64);
}

#[test]
fn plain_and_compressed_samples_stand_side_by_side() {
    let mut font = font(&[stream(&spectra(3), 64)]);
    if font.data.len() % 2 == 1 {
        font.data.push(0);
    }
    let start = u32::try_from(font.data.len() / 2).unwrap();
    font.data.extend(sf2::frames(10));
    font.samples.push(Header {
        start,
        end: start + 10,
        ..HEADER
    });
    font.instruments[0].zones.push(zone(&[(53, 1)]));
    let bank = read(&font);
    assert_eq!(bank.warnings, []);
    assert_eq!(bank.waves[1].frames.high(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn stream_of_two_samples_is_decoded_once() {
    let mut font = font(&[stream(&spectra(5), 128)]);
    font.samples.push(font.samples[0]);
    font.instruments[0].zones.push(zone(&[(53, 1)]));
    let bank = read(&font);
    assert!(bank.waves[0].frames.share_memory(&bank.waves[1].frames));
}

#[test]
fn stream_that_breaks_off_is_played_as_far_as_it_goes() {
    let whole = stream(&spectra(9), 256);
    let audio = whole.len() - 9 * 35;
    let mut font = font(std::slice::from_ref(&whole));
    // Fourth packet of sound: the bit that says that it is none.
    font.data[audio + 3 * 35] |= 1;
    let bank = read(&font);
    assert_eq!(defects(&bank)[0], Defect::StreamCut { frames: 64 });
    assert_eq!(bank.waves[0].frames.len(), 64);
}

#[test]
fn bytes_that_are_no_stream_drop_their_sample_alone() {
    let good = stream(&spectra(3), 64);
    for bad in [vec![0; 100], good[..60].to_vec(), Vec::new()] {
        let bank = read(&font(&[good.clone(), bad]));
        assert_eq!(
            defects(&bank),
            [Defect::ZoneSample { sample: 1 }, Defect::StreamBroken]
        );
        assert_eq!(bank.waves.len(), 1);
        assert_eq!(bank.instruments[0].regions.len(), 1);
    }
}

#[test]
fn stereo_stream_is_no_sample() {
    let mut bytes = vorbis::page(2, 0, 0, &[vorbis::identification(2)]);
    bytes.extend(vorbis::page(4, 0, 1, &[vorbis::comment(), vorbis::setup()]));
    let error = Bank::read(&font(&[bytes]).bytes()).unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::NoSamples);
}

#[test]
fn stream_at_which_the_decoder_stumbles_drops_its_sample_alone() {
    let good = stream(&spectra(3), 64);
    let bank = read(&font(&[
        vorbis::stream_of_a_broken_floor(),
        good.clone(),
        good,
    ]));
    assert_eq!(
        defects(&bank),
        [Defect::ZoneSample { sample: 0 }, Defect::StreamBroken]
    );
    assert_eq!(bank.waves.len(), 2);
}
