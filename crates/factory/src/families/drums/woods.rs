//! Woods: sticks, claves, blocks, scrapers and castanets.

use crate::canvas::{Band, Canvas, Stroke};
use crate::recording::Recording;

/// A stick across the rim.
pub(crate) fn side_stick() -> Recording {
    Canvas::new(30_000, 0.12)
        .modes(&[
            (430.0, 0.5, 0.05),
            (1030.0, 0.6, 0.035),
            (1720.0, 0.9, 0.045),
            (2910.0, 0.45, 0.03),
        ])
        .noise(61, Band::Between(1500.0, 8000.0), Stroke::hit(0.5, 0.012))
        .record("Side stick", 37)
}

/// Claves.
pub(crate) fn claves() -> Recording {
    Canvas::new(32_000, 0.16)
        .modes(&[
            (2480.0, 1.0, 0.1),
            (2560.0, 0.35, 0.08),
            (6850.0, 0.15, 0.03),
        ])
        .noise(62, Band::Above(3000.0), Stroke::hit(0.2, 0.006))
        .record("Claves", 75)
}

/// A wood block at about 1 kHz.
pub(crate) fn block() -> Recording {
    Canvas::new(30_000, 0.16)
        .modes(&[
            (985.0, 1.0, 0.09),
            (1540.0, 0.35, 0.06),
            (2420.0, 0.3, 0.05),
            (3650.0, 0.15, 0.03),
        ])
        .noise(63, Band::Between(800.0, 5000.0), Stroke::hit(0.35, 0.01))
        .record("Wood block", 76)
}

/// Castanets: two shells, clapped twice.
pub(crate) fn castanets() -> Recording {
    let shell = Canvas::new(32_000, 0.08)
        .modes(&[
            (1330.0, 0.6, 0.03),
            (2270.0, 0.8, 0.035),
            (3540.0, 0.5, 0.025),
        ])
        .noise(64, Band::Above(2500.0), Stroke::hit(0.4, 0.01));
    Canvas::new(32_000, 0.16)
        .paste(&shell, 0.0, 0.7)
        .paste(&shell, 0.035, 1.0)
        .record("Castanets", 85)
}

/// A guiro: a stick over so many notches, slower or faster.
pub(crate) fn guiro(name: &str, seconds: f64, notches: u32, key: u8) -> Recording {
    let mut canvas = Canvas::new(16_000, seconds + 0.04);
    for i in 0..notches {
        let place = f64::from(i) / f64::from(notches);
        // The stick gathers speed and lifts off.
        let start = seconds * libm::pow(place, 0.85);
        let strength = 0.4 + 0.6 * place;
        let stroke = Stroke::hit(strength, 0.018).at(start);
        canvas = canvas
            .noise(650 + u64::from(i), Band::Pass(2600.0, 1.6), stroke)
            .tone(
                1150.0,
                1150.0,
                1.0,
                Stroke {
                    amplitude: 0.3 * strength,
                    ..stroke
                },
            );
    }
    canvas.record(name, key)
}

/// A vibraslap: a ball lets loose pins rattle in a wooden box.
pub(crate) fn vibraslap() -> Recording {
    let mut canvas = Canvas::new(14_000, 0.6).modes(&[(720.0, 0.4, 0.05), (1650.0, 0.5, 0.05)]);
    for i in 0..22 {
        let strength = libm::exp(-f64::from(i) / 9.0);
        let stroke = Stroke::hit(strength, 0.03).at(0.03 * f64::from(i));
        canvas = canvas
            .noise(680 + i as u64, Band::Pass(3100.0, 1.5), stroke)
            .tone(
                2420.0,
                2420.0,
                1.0,
                Stroke {
                    amplitude: 0.35 * strength,
                    ..stroke
                },
            );
    }
    canvas.record("Vibraslap", 58)
}

/// A click of a metronome.
pub(crate) fn click() -> Recording {
    Canvas::new(28_000, 0.05)
        .modes(&[(1620.0, 1.0, 0.02), (3240.0, 0.4, 0.012)])
        .noise(66, Band::Above(2000.0), Stroke::hit(0.3, 0.004))
        .record("Click", 33)
}
