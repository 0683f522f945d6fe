//! Trims: what brings each program to the loudness of its kind.
//!
//! The assembly weighs waves one by one; layers, envelopes and filters do the rest of what is heard.
//! These are the distances that `cargo xtask bank --measure` has found, taken off.

/// Decibels for each program.
#[rustfmt::skip]
pub(crate) const TRIMS_DB: [f64; 128] = [
    // pianos
    -2.6, -2.5, -2.6, -2.6, -3.5, -2.9, -0.4, -0.8,
    // bars and bells
    -2.7, -1.0, -1.4, -5.0, -0.6, 7.0, -4.3, -2.7,
    // organs
    -3.6, -0.9, -4.1, -1.6, 1.2, 0.4, 0.2, 1.1,
    // guitars
    -2.3, -3.2, -3.9, -3.2, 12.8, 0.7, -0.9, -3.7,
    // basses
    0.4, -4.2, -1.8, -4.0, 2.8, 5.6, 4.0, -0.3,
    // strings
    0.1, 0.1, 0.0, 0.0, -2.2, 11.6, -3.4, -4.2,
    // ensembles
    -1.2, -1.0, -1.2, -1.1, -1.8, -1.2, -0.8, 3.1,
    // brass
    -0.5, -0.3, -0.2, -0.7, -0.5, -0.2, 0.8, -0.4,
    // reeds
    -0.5, -0.4, -0.3, -0.4, -0.4, -0.4, -0.5, -0.5,
    // pipes
    -0.1, 0.0, 0.0, 0.0, -0.1, 0.0, 0.0, 0.0,
    // leads
    -0.3, -0.3, -2.0, 0.6, -2.7, -1.2, -1.5, -1.7,
    // pads
    -0.5, -1.2, -0.7, -1.6, 3.1, -1.7, -1.1, -0.7,
    // effects
    0.7, -0.7, -2.1, 0.9, -1.2, -1.6, 0.5, -1.0,
    // elsewhere
    -4.4, 7.4, 8.1, -1.6, -3.6, 0.8, 1.1, 1.1,
    // percussive
    -0.9, -2.7, -0.2, 2.0, 7.2, -1.8, 0.0, 14.0,
    // noises
    4.9, 5.9, -5.2, -6.1, -1.9, -4.7, -4.4, -0.8,
];
