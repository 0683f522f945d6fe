//! SoundFonts, plain and compressed.

use crate::Seed;
use crate::sf2::{Font, HEADER, Header, Owner, modulated, preset, span, zone};
use crate::vorbis::{HALF, Spectrum, stream};

pub(crate) fn seeds() -> Vec<Seed> {
    let everything = everything().bytes();
    let cut = everything[..everything.len() * 3 / 4].to_vec();
    let deep = Font {
        low: Some(vec![0x5A; 146]),
        ..Font::of(&[zone(&[(54, 1), (53, 0)])])
    };
    let spectra = [spectrum(3), spectrum(-70), spectrum(0), spectrum(9)];
    vec![
        ("sf2", "smallest", Font::of(&[zone(&[(53, 0)])]).bytes()),
        ("sf2", "deep", deep.bytes()),
        ("sf2", "cut", cut),
        ("sf2", "everything", everything),
        ("sf3", "one", compressed(&[stream(&spectra, 96)])),
        (
            "sf3",
            "two",
            compressed(&[stream(&spectra[..3], 64), stream(&spectra, 90)]),
        ),
        (
            "sf3",
            "damaged",
            compressed(&[vec![0x4F; 90], stream(&spectra, 96)]),
        ),
    ]
}

/// Global zones, stereo, offsets, fixed keys, links, absolute values, scaled keys, three presets.
fn everything() -> Font {
    let inner = [
        modulated(&[(43, span(0, 90)), (17, 100)], &[[0x81, 52, 9, 0, 0]]),
        modulated(
            &[(8, 5000), (0, 5), (3, -4), (54, 1), (53, 0)],
            &[
                [127, 52, 9, 0, 0],
                [0x82, 0x8000, 9, 2, 2],
                [0x0481, 6, 3, 2, 0],
            ],
        ),
        zone(&[(44, span(1, 99)), (39, 1200), (56, 300), (54, 3), (53, 1)]),
        zone(&[(46, 60), (47, 90), (57, 2), (58, 70), (53, 2)]),
    ];
    let outer = [
        modulated(&[(48, 40), (51, 1)], &[[0x0502, 48, 100, 0, 0]]),
        zone(&[(43, span(10, 70)), (41, 0)]),
        zone(&[(41, 1)]),
    ];
    let half = |link, kind| Header {
        link,
        kind,
        ..HEADER
    };
    Font {
        presets: vec![
            preset(0, 0, &outer),
            preset(128, 3, &[zone(&[(41, 1)])]),
            preset(0x0105, 7, &[zone(&[(41, 0)])]),
        ],
        instruments: vec![
            preset(0, 0, &inner),
            preset(0, 0, &[zone(&[(34, -3000), (38, 2000), (53, 0)])]),
        ],
        samples: vec![HEADER, half(2, 4), half(1, 2)],
        ..Font::of(&[])
    }
}

/// Coefficients that fall from the first on.
fn spectrum(first: i8) -> Spectrum {
    let mut spectrum = [0; HALF];
    for (index, value) in spectrum.iter_mut().take(5).enumerate() {
        *value = first / (i8::try_from(index).unwrap_or(1) + 1);
    }
    spectrum
}

/// A font whose samples are streams.
fn compressed(streams: &[Vec<u8>]) -> Vec<u8> {
    let mut data = Vec::new();
    let mut samples = Vec::new();
    for stream in streams {
        let start = u32::try_from(data.len()).unwrap_or(0);
        data.extend(stream);
        samples.push(Header {
            start,
            end: u32::try_from(data.len()).unwrap_or(0),
            loop_start: 8,
            loop_end: 40,
            kind: 0x11,
            ..HEADER
        });
    }
    let zones: Vec<_> = (0..streams.len())
        .map(|number| zone(&[(54, 1), (53, i16::try_from(number).unwrap_or(0))]))
        .collect();
    let instruments: Vec<Owner> = vec![preset(0, 0, &zones)];
    Font {
        version: [3, 1],
        instruments,
        samples,
        data,
        ..Font::of(&[])
    }
    .bytes()
}
