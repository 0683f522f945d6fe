//! Trims: what brings each program to the loudness of its kind.
//!
//! The assembly weighs waves one by one; layers, envelopes and filters do the rest of what is heard.
//! These are the distances that `cargo xtask bank --measure` has found, taken off.

/// Decibels for each program.
#[rustfmt::skip]
pub(crate) const TRIMS_DB: [f64; 128] = [
    // pianos
    -2.0, -1.9, -2.0, -2.1, -3.0, -2.4, 0.1, 0.0,
    // bars and bells
    -1.2, 0.5, 0.1, -3.5, -3.3, -0.2, -2.8, -1.9,
    // organs
    -2.7, 0.0, -3.1, -0.7, 2.3, 1.3, 1.2, 2.1,
    // guitars
    0.7, 0.3, -0.5, 0.3, 0.1, 4.2, 2.5, -0.2,
    // basses
    -3.5, -4.0, -3.9, -4.0, -3.8, -2.2, 5.6, 1.5,
    // strings
    2.7, 2.5, 2.5, 2.5, 0.2, -3.0, -1.9, -4.3,
    // ensembles
    1.2, 1.4, 1.1, 1.2, 1.0, 1.1, 3.1, -2.7,
    // brass
    1.9, 2.4, 2.4, 1.8, 2.3, 2.4, 3.2, 2.0,
    // reeds
    2.0, 2.1, 2.1, 2.2, 2.1, 2.1, 2.0, 1.9,
    // pipes
    1.9, 2.5, 2.4, 2.5, 2.4, 2.5, 2.1, 2.4,
    // leads
    2.1, 2.1, 0.3, 3.0, -1.3, 1.0, 0.9, 0.7,
    // pads
    2.1, 1.6, 2.1, 1.7, 1.3, 1.3, 1.8, 2.2,
    // effects
    3.7, 2.3, 0.9, 3.4, 2.2, 1.3, 3.4, 2.8,
    // elsewhere
    -2.9, -3.9, -4.1, -2.6, -3.3, 2.4, 3.6, 3.6,
    // percussive
    0.1, -1.7, -3.7, -2.0, -1.0, -1.0, -0.3, -7.1,
    // noises
    4.0, 6.0, -5.2, -4.6, -1.7, -4.7, -4.4, -1.1,
];
