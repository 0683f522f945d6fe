//! What interpolation does to a sine: what it leaves, what it adds, what it mirrors.

use super::super::recording::{POSITIONS, WINDOW_FRAMES};
use super::*;
use proptest::prelude::*;

/// Reads a sine of a frequency at a ratio.
///
/// - `frequency`: in rates of the wave
/// - returns its amplitude, and everything else, both relative to the sine's
fn measured(interpolation: Interpolation, frequency: f64, ratio: f64) -> (f64, f64) {
    const FRAMES: usize = 6000;
    let speed = (ratio * ONE as f64) as u64;
    let method = Method::of(interpolation, speed);
    let sine = |position: f64| libm::sin(core::f64::consts::TAU * frequency * position);
    let level = Level::best();
    let (mut samples, mut places) = (Vec::new(), Vec::new());
    let mut phase = 1000 * ONE;
    while samples.len() < FRAMES {
        let first = phase / ONE - method.behind();
        let mut window = [0; WINDOW_FRAMES];
        for (n, frame) in window.iter_mut().enumerate() {
            *frame = libm::round(30_000.0 * sine((first + n as u64) as f64)) as i16;
        }
        let walk = Walk {
            phase: phase % ONE,
            speed,
            step: 0,
        };
        let run = ((POSITIONS as u64 - 1) * ONE / speed).clamp(1, 64);
        let mut out = vec![0.0; run as usize];
        method.read(level, &window, walk, &mut out);
        for sample in out {
            samples.push(f64::from(sample));
            places.push(phase as f64 / ONE as f64);
            phase += speed;
        }
    }
    // The sine that fits best, by least squares.
    let cosine = |position: f64| libm::cos(core::f64::consts::TAU * frequency * position);
    let sum = |f: &dyn Fn(usize) -> f64| (0..FRAMES).map(f).sum::<f64>();
    let ss = sum(&|n| sine(places[n]) * sine(places[n]));
    let cc = sum(&|n| cosine(places[n]) * cosine(places[n]));
    let sc = sum(&|n| sine(places[n]) * cosine(places[n]));
    let sx = sum(&|n| sine(places[n]) * samples[n]);
    let cx = sum(&|n| cosine(places[n]) * samples[n]);
    let determinant = ss * cc - sc * sc;
    let a = (sx * cc - cx * sc) / determinant;
    let b = (cx * ss - sx * sc) / determinant;
    let rest = sum(&|n| {
        let left = samples[n] - a * sine(places[n]) - b * cosine(places[n]);
        left * left
    });
    let db = |value: f64| 20.0 * libm::log10(value.max(1e-9));
    let amplitude = libm::hypot(a, b);
    let rest = libm::sqrt(2.0 * rest / FRAMES as f64);
    (db(amplitude / 30_000.0), db(rest / 30_000.0))
}

#[test]
fn images_lie_as_low_as_the_kind_promises() {
    let promised = [
        (Interpolation::Linear, [-64.0, -35.0, -22.0, -13.0, -6.0]),
        (Interpolation::Cubic, [-91.0, -49.9, -29.0, -17.0, -7.0]),
        (Interpolation::Sinc, [-80.0, -72.0, -66.0, -60.0, -48.0]),
    ];
    for (interpolation, limits) in promised {
        for (frequency, limit) in [0.02, 0.1, 0.2, 0.3, 0.4].into_iter().zip(limits) {
            let (gain, rest) = measured(interpolation, frequency, 0.737);
            println!("{interpolation:?} {frequency}: {gain:.3} dB, rest {rest:.1} dB");
            assert!(rest - gain < limit, "{interpolation:?} {frequency}: {rest}");
        }
    }
}

#[test]
fn the_sinc_passes_up_to_035_of_the_rate() {
    for step in 1..=35 {
        let frequency = f64::from(step) / 100.0 - 0.000_3;
        let (gain, _) = measured(Interpolation::Sinc, frequency, 0.737);
        assert!(gain.abs() < 0.1, "{frequency}: {gain}");
    }
}

#[test]
fn nothing_is_mirrored_above_minus_sixty_decibels_up_to_three_octaves_up() {
    for ratio in [1.03, 1.122, 1.26, 1.5, 1.9, 2.0, 2.6, 3.2, 4.0, 6.0, 8.0] {
        // What would lie above half of the output's rate.
        for part in [
            0.503, 0.51, 0.53, 0.57, 0.63, 0.71, 0.83, 0.97, 1.21, 1.9, 3.1,
        ] {
            let frequency = part / ratio;
            if frequency >= 0.5 {
                continue;
            }
            let (gain, rest) = measured(Interpolation::Sinc, frequency, ratio);
            let all =
                10.0 * libm::log10(libm::pow(10.0, gain / 10.0) + libm::pow(10.0, rest / 10.0));
            assert!(
                all < -60.0,
                "ratio {ratio}, {part} of the output's rate: {all}"
            );
        }
        // And what lies well below is left alone.
        let low = if ratio < 4.5 { 0.25 } else { 0.2 };
        let (gain, rest) = measured(Interpolation::Sinc, low / ratio, ratio);
        assert!(
            gain.abs() < 0.2 && rest < -60.0,
            "ratio {ratio}: {gain} {rest}"
        );
    }
}

#[test]
fn rows_sum_to_exactly_one_and_a_whole_frame_is_itself() {
    let (gain, rest) = measured(Interpolation::Sinc, 0.2, 1.0);
    assert!(gain.abs() < 1e-3 && rest < -90.0, "{gain} {rest}");
    let Kernel::One(rows) = Kernel::for_speed(ONE) else {
        panic!("a wave at its own speed has the short kernel");
    };
    assert_eq!(
        rows.at(0).map(i32::from),
        [0, 0, 0, 0, 0, 0, 0, 1 << 14, 0, 0, 0, 0, 0, 0, 0, 0]
    );
    for speed in [ONE / 2, ONE + ONE / 4, 3 * ONE, 7 * ONE] {
        for row in 0..1024_u32 {
            let place = row << 14;
            let sum: i32 = match Kernel::for_speed(speed) {
                Kernel::One(rows) => rows.at(place).iter().map(|w| i32::from(*w)).sum(),
                Kernel::Two(rows) => rows.at(place).iter().map(|w| i32::from(*w)).sum(),
                Kernel::Four(rows) => rows.at(place).iter().map(|w| i32::from(*w)).sum(),
                Kernel::Eight(rows) => rows.at(place).iter().map(|w| i32::from(*w)).sum(),
            };
            assert_eq!(sum, 1 << 14);
        }
    }
}

#[test]
fn cubic_meets_the_frames_and_reproduces_a_parabola() {
    let frames = [-3000, 500, 12_000, -7];
    assert!((hermite(&frames, 0.0) - 500.0).abs() < 1e-3);
    assert!((hermite(&frames, 1.0) - 12_000.0).abs() < 1e-2);
    assert!((hermite(&[100, 0, 100, 400], 0.5) - 25.0).abs() < 1e-3);
}

proptest! {
    /// Frames at random, with the largest and the smallest among them.
    #[test]
    fn every_level_reads_any_walk_as_plain_rust_does(
        frames in prop::collection::vec(
            prop_oneof![any::<i16>(), Just(i16::MIN), Just(i16::MAX)],
            WINDOW_FRAMES,
        ),
        fraction in 0..ONE,
        speed in prop_oneof![1..5 * ONE, 1..300 * ONE],
        bend in -ONE.cast_signed()..ONE.cast_signed(),
        frames_read in 1_usize..65,
    ) {
        let mut window = [0; WINDOW_FRAMES];
        window.copy_from_slice(&frames);
        let walk = Walk {
            phase: fraction,
            speed,
            step: bend.max(-speed.cast_signed()) / 64,
        };
        // All positions lie in the window.
        let fits = (1..=frames_read).rev().find(|n| walk.after(n - 1).phase < 256 * ONE);
        let frames_read = fits.unwrap_or(1);
        for interpolation in [Interpolation::Linear, Interpolation::Cubic, Interpolation::Sinc] {
            let method = Method::of(interpolation, speed);
            let mut plain = vec![0.0; frames_read];
            method.read(Level::Portable, &window, walk, &mut plain);
            for level in Level::all() {
                let mut out = vec![1.0; frames_read];
                method.read(level, &window, walk, &mut out);
                prop_assert!(
                    out.iter().zip(&plain).all(|(a, b)| a.to_bits() == b.to_bits()),
                    "{level:?} {method:?}"
                );
            }
        }
    }
}
