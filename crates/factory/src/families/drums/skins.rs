//! Skins: bass drums, snares, toms, bongos, congas, timbales and friends.
//!
//! Source: N. Fletcher and T. Rossing, *The Physics of Musical Instruments*, chapter 18, for the
//! ratios of a membrane's modes.

use crate::canvas::{Band, Canvas, Stroke};
use crate::recording::Recording;

/// A bass drum: a skin whose tension falls as it comes to rest, and the beater's slap.
pub(crate) fn kick() -> Recording {
    Canvas::new(22_000, 0.36)
        .tone(150.0, 52.0, 0.011, Stroke::hit(1.0, 0.34))
        .tone(330.0, 110.0, 0.012, Stroke::hit(0.75, 0.19))
        .noise(11, Band::Between(1500.0, 5500.0), Stroke::hit(0.45, 0.025))
        .noise(12, Band::Below(400.0), Stroke::hit(0.25, 0.06))
        .warp(|_, value| libm::tanh(2.4 * value))
        .record("Bass drum", 36)
}

/// An acoustic bass drum: looser and rounder.
pub(crate) fn deep_kick() -> Recording {
    Canvas::new(14_000, 0.5)
        .tone(90.0, 46.0, 0.014, Stroke::hit(1.0, 0.5))
        .tone(140.0, 78.0, 0.02, Stroke::hit(0.5, 0.28))
        .noise(13, Band::Between(700.0, 3000.0), Stroke::hit(0.3, 0.03))
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
        .noise(21, Band::Between(900.0, 11_000.0), Stroke::hit(0.8, 0.26))
        .noise(22, Band::Pass(1900.0, 0.6), Stroke::hit(0.8, 0.1))
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
        .modes(&[(231.0, 0.32, 0.34), (318.0, 0.12, 0.15)])
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
        .noise(46, Band::Between(300.0, 2500.0), Stroke::hit(0.8, 0.08))
        .noise(47, Band::Below(200.0), Stroke::hit(0.3, 0.3))
        // A thick skin gives no more than so much: the blow spreads into what follows it.
        .warp(|_, value| libm::tanh(1.5 * value))
        .record("Great drum", 87)
}

/// A tom at about 98 Hz in a room that answers.
pub(crate) fn room_tom() -> Recording {
    Canvas::new(13_000, 0.7)
        .tone(138.0, 98.0, 0.06, Stroke::hit(1.0, 0.8))
        .tone(205.0, 156.0, 0.05, Stroke::hit(0.4, 0.4))
        .modes(&[(209.0, 0.2, 0.25), (287.0, 0.12, 0.15)])
        .noise(33, Band::Between(500.0, 4000.0), Stroke::hit(0.4, 0.04))
        .noise(
            34,
            Band::Between(140.0, 1800.0),
            Stroke::hit(0.2, 0.55).swelling(0.02).at(0.015),
        )
        .warp(|_, value| libm::tanh(1.7 * value))
        .record("Room tom", 45)
}

/// A bass drum in a large room whose answer a gate cuts off.
pub(crate) fn power_kick() -> Recording {
    Canvas::new(15_000, 0.36)
        .tone(180.0, 49.0, 0.028, Stroke::hit(1.0, 0.5))
        .tone(320.0, 98.0, 0.014, Stroke::hit(0.45, 0.12))
        .noise(15, Band::Between(1800.0, 5600.0), Stroke::hit(0.45, 0.025))
        .noise(16, Band::Between(120.0, 900.0), Stroke::hit(0.3, 0.7))
        .warp(|t, value| libm::tanh(2.8 * value) * gate(t, 0.24, 0.05))
        .record("Power bass drum", 36)
}

/// A snare in a large room whose answer a gate cuts off.
pub(crate) fn gated_snare() -> Recording {
    Canvas::new(25_000, 0.33)
        .tone(270.0, 180.0, 0.015, Stroke::hit(0.9, 0.2))
        .tone(400.0, 325.0, 0.01, Stroke::hit(0.4, 0.12))
        .noise(25, Band::Between(1500.0, 9500.0), Stroke::hit(0.8, 0.2))
        .noise(
            26,
            Band::Between(350.0, 5500.0),
            Stroke::hit(0.45, 1.4).swelling(0.012),
        )
        .warp(|t, value| libm::tanh(2.2 * value) * gate(t, 0.22, 0.05))
        .record("Gated snare", 38)
}

/// 1 up to a moment, and gone after so many seconds more.
fn gate(t: f64, open_s: f64, closing_s: f64) -> f64 {
    let left = (1.0 - (t - open_s) / closing_s).clamp(0.0, 1.0);
    left * left * (3.0 - 2.0 * left)
}

/// A small bass drum with both heads on, left to ring at about 66 Hz.
pub(crate) fn jazz_kick() -> Recording {
    Canvas::new(10_000, 0.5)
        .tone(92.0, 66.0, 0.03, Stroke::hit(1.0, 0.6))
        .tone(138.0, 105.0, 0.03, Stroke::hit(0.4, 0.3))
        .modes(&[(141.0, 0.25, 0.25), (194.0, 0.15, 0.16)])
        .noise(17, Band::Between(350.0, 2500.0), Stroke::hit(0.35, 0.03))
        .warp(|_, value| libm::tanh(1.4 * value))
        .record("Jazz bass drum", 36)
}

/// A bass drum of forty inches on a stand: soft beater, long boom.
pub(crate) fn concert_drum() -> Recording {
    Canvas::new(8000, 1.1)
        .tone(50.0, 41.0, 0.08, Stroke::hit(1.0, 1.7).swelling(0.006))
        .tone(80.0, 65.0, 0.08, Stroke::hit(0.6, 1.1).swelling(0.005))
        .modes(&[
            (88.0, 0.4, 0.8),
            (94.0, 0.3, 0.7),
            (109.0, 0.25, 0.6),
            (131.0, 0.2, 0.45),
            (163.0, 0.12, 0.35),
        ])
        .noise(
            48,
            Band::Between(80.0, 700.0),
            Stroke::hit(0.5, 0.12).swelling(0.003),
        )
        .record("Concert bass drum", 36)
}

/// A concert snare: deep shell, gut snares that answer late and long.
pub(crate) fn concert_snare() -> Recording {
    Canvas::new(26_000, 0.34)
        .tone(215.0, 165.0, 0.012, Stroke::hit(0.6, 0.2))
        .tone(330.0, 290.0, 0.01, Stroke::hit(0.4, 0.14))
        .modes(&[(410.0, 0.2, 0.1), (620.0, 0.14, 0.08)])
        .noise(
            27,
            Band::Between(1400.0, 9000.0),
            Stroke::hit(0.6, 0.38).swelling(0.003),
        )
        .noise(28, Band::Above(4500.0), Stroke::hit(0.5, 0.02))
        .warp(|_, value| libm::tanh(1.5 * value))
        .record("Concert snare", 38)
}
