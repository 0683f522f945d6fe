//! Skins: bass drums, snares, toms, bongos, congas, timbales and friends.
//!
//! Source: N. Fletcher and T. Rossing, *The Physics of Musical Instruments*, chapter 18, for the
//! ratios of a membrane's modes.

use crate::canvas::{Band, Canvas, Stroke};
use crate::recording::Recording;

/// A bass drum: a skin whose tension falls as it comes to rest, and the beater's slap.
pub(crate) fn kick() -> Recording {
    Canvas::new(22_000, 0.36)
        .tone(190.0, 52.0, 0.022, Stroke::hit(1.0, 0.34))
        .tone(330.0, 110.0, 0.012, Stroke::hit(0.4, 0.09))
        .noise(11, Band::Between(1500.0, 5500.0), Stroke::hit(0.3, 0.022))
        .noise(12, Band::Below(400.0), Stroke::hit(0.25, 0.06))
        .warp(|_, value| libm::tanh(2.4 * value))
        .record("Bass drum", 36)
}

/// An acoustic bass drum: looser and rounder.
pub(crate) fn deep_kick() -> Recording {
    Canvas::new(14_000, 0.5)
        .tone(110.0, 46.0, 0.03, Stroke::hit(1.0, 0.5))
        .tone(170.0, 78.0, 0.03, Stroke::hit(0.4, 0.25))
        .noise(13, Band::Between(700.0, 3000.0), Stroke::hit(0.22, 0.03))
        .noise(14, Band::Below(250.0), Stroke::hit(0.3, 0.15))
        .warp(|_, value| libm::tanh(1.8 * value))
        .record("Deep bass drum", 35)
}

/// A snare: two modes of the skin under a bright sheet of wires.
pub(crate) fn snare() -> Recording {
    Canvas::new(32_000, 0.38)
        .tone(260.0, 184.0, 0.015, Stroke::hit(0.75, 0.16))
        .tone(390.0, 331.0, 0.01, Stroke::hit(0.42, 0.11))
        .modes(&[(470.0, 0.18, 0.08), (690.0, 0.12, 0.06)])
        .noise(21, Band::Between(1800.0, 11_000.0), Stroke::hit(0.75, 0.26))
        .noise(22, Band::Pass(3400.0, 0.8), Stroke::hit(0.7, 0.1))
        .noise(23, Band::Above(5000.0), Stroke::hit(0.5, 0.02))
        .warp(|_, value| libm::tanh(2.0 * value))
        .record("Snare", 38)
}

/// An electronic snare: a higher, shorter tone and an even hiss.
pub(crate) fn electric_snare() -> Recording {
    Canvas::new(32_000, 0.34)
        .tone(420.0, 215.0, 0.02, Stroke::hit(0.9, 0.14))
        .tone(330.0, 330.0, 1.0, Stroke::hit(0.35, 0.1))
        .noise(24, Band::Above(1500.0), Stroke::hit(0.8, 0.3))
        .warp(|_, value| libm::tanh(2.2 * value))
        .record("Electric snare", 40)
}

/// A tom at about 110 Hz.
pub(crate) fn tom() -> Recording {
    Canvas::new(16_000, 0.65)
        .tone(150.0, 108.0, 0.05, Stroke::hit(1.0, 0.75))
        .tone(225.0, 172.0, 0.05, Stroke::hit(0.45, 0.4))
        .modes(&[(232.0, 0.2, 0.25), (318.0, 0.12, 0.15)])
        .noise(31, Band::Between(600.0, 4000.0), Stroke::hit(0.3, 0.04))
        .noise(32, Band::Below(500.0), Stroke::hit(0.15, 0.2))
        .warp(|_, value| libm::tanh(1.6 * value))
        .record("Tom", 45)
}

/// A bongo at about 390 Hz.
pub(crate) fn bongo() -> Recording {
    Canvas::new(20_000, 0.26)
        .tone(440.0, 390.0, 0.02, Stroke::hit(1.0, 0.22))
        .modes(&[(620.0, 0.4, 0.14), (835.0, 0.25, 0.1), (1130.0, 0.12, 0.07)])
        .noise(41, Band::Between(1000.0, 6000.0), Stroke::hit(0.45, 0.018))
        .warp(|_, value| libm::tanh(1.4 * value))
        .record("Bongo", 60)
}

/// An open conga at about 220 Hz.
pub(crate) fn conga() -> Recording {
    Canvas::new(18_000, 0.4)
        .tone(245.0, 220.0, 0.03, Stroke::hit(1.0, 0.45))
        .modes(&[(350.0, 0.4, 0.22), (470.0, 0.22, 0.15), (640.0, 0.12, 0.09)])
        .noise(42, Band::Between(700.0, 4000.0), Stroke::hit(0.3, 0.02))
        .warp(|_, value| libm::tanh(1.4 * value))
        .record("Conga", 63)
}

/// A muted conga: the slap of a hand that stays.
pub(crate) fn muted_conga() -> Recording {
    Canvas::new(28_000, 0.16)
        .tone(330.0, 265.0, 0.01, Stroke::hit(0.8, 0.08))
        .modes(&[
            (430.0, 0.5, 0.06),
            (760.0, 0.4, 0.05),
            (1190.0, 0.25, 0.035),
        ])
        .noise(43, Band::Between(1200.0, 7000.0), Stroke::hit(0.6, 0.025))
        .record("Muted conga", 62)
}

/// A timbale at about 300 Hz: a metal shell rings along.
pub(crate) fn timbale() -> Recording {
    Canvas::new(22_000, 0.4)
        .tone(345.0, 305.0, 0.03, Stroke::hit(1.0, 0.38))
        .modes(&[
            (486.0, 0.5, 0.3),
            (655.0, 0.4, 0.28),
            (915.0, 0.3, 0.3),
            (1420.0, 0.22, 0.35),
            (2310.0, 0.15, 0.4),
            (3390.0, 0.08, 0.3),
        ])
        .noise(44, Band::Above(1500.0), Stroke::hit(0.5, 0.02))
        .warp(|_, value| libm::tanh(1.3 * value))
        .record("Timbale", 65)
}

/// A cuica: a rubbed skin, its pitch bent by the hand.
pub(crate) fn cuica() -> Recording {
    Canvas::new(16_000, 0.3)
        .tone(380.0, 640.0, 0.06, Stroke::hit(1.0, 0.6).swelling(0.03))
        .tone(760.0, 1280.0, 0.06, Stroke::hit(0.5, 0.5).swelling(0.03))
        .tone(1140.0, 1920.0, 0.06, Stroke::hit(0.3, 0.4).swelling(0.03))
        .noise(
            45,
            Band::Pass(1400.0, 1.0),
            Stroke::hit(0.12, 0.4).swelling(0.02),
        )
        .record("Cuica", 79)
}

/// A surdo, taiko or other great drum at about 65 Hz.
pub(crate) fn great_drum() -> Recording {
    Canvas::new(12_000, 0.8)
        .tone(100.0, 65.0, 0.05, Stroke::hit(1.0, 1.1))
        .tone(160.0, 104.0, 0.05, Stroke::hit(0.5, 0.55))
        .modes(&[(139.0, 0.25, 0.4), (190.0, 0.18, 0.25), (270.0, 0.1, 0.15)])
        .noise(46, Band::Between(300.0, 2500.0), Stroke::hit(0.45, 0.05))
        .noise(47, Band::Below(200.0), Stroke::hit(0.3, 0.3))
        .record("Great drum", 87)
}
