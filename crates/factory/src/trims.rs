//! Trims: what brings each program to the loudness of its kind.
//!
//! The assembly weighs waves one by one; layers, envelopes and filters do the rest of what is heard.
//! These are the distances that `cargo xtask bank --measure` has found, taken off.

/// Decibels for each program.
#[rustfmt::skip]
pub(crate) const TRIMS_DB: [f64; 128] = [
    // pianos
    -2.5, -2.4, -2.5, -2.6, -3.5, -2.9, -0.4, -0.8,
    // bars and bells
    -2.7, -1.0, -1.4, -5.0, -4.8, -1.7, -4.3, -3.5,
    // organs
    -3.6, -1.0, -4.1, -1.6, 1.3, 0.4, 0.2, 1.1,
    // guitars
    -2.9, -3.2, -4.0, -3.2, -0.9, 0.7, -0.9, -3.7,
    // basses
    -5.0, -5.5, -5.4, -5.5, -5.4, -3.9, 4.0, -0.3,
    // strings
    0.1, 0.1, -0.1, 0.0, -2.3, -4.0, -3.4, -5.8,
    // ensembles
    -1.4, -1.2, -1.2, -1.1, -1.3, -1.3, 0.4, -3.2,
    // brass
    -0.5, -0.3, -0.2, -0.7, -0.4, -0.2, 0.8, -0.4,
    // reeds
    -0.5, -0.4, -0.4, -0.4, -0.4, -0.4, -0.5, -0.6,
    // pipes
    -0.1, 0.0, -0.2, 0.0, 0.0, 0.1, -0.3, -0.2,
    // leads
    -0.3, -0.3, -2.0, 0.6, -3.7, -1.3, -1.5, -1.7,
    // pads
    -0.7, -1.2, -0.7, -1.1, -1.2, -1.7, -0.9, -0.7,
    // effects
    0.7, -0.7, -2.1, 0.4, -1.1, -1.6, 0.5, -0.3,
    // elsewhere
    -4.4, -3.9, -4.1, -4.1, -4.8, 0.5, 1.1, 1.1,
    // percussive
    -0.9, -2.7, -4.7, -5.2, -0.9, -1.8, 0.0, -8.1,
    // noises
    4.0, 6.0, -5.2, -4.6, -1.9, -4.7, -4.4, -1.1,
];
