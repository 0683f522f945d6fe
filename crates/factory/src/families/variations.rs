//! Variations of the melodic programs: what their waves give in other hands.
//!
//! Each one is told by what it changes of programs that are there, and needs no wave of its own. Its
//! level makes it as loud as the capital tone.
//! Source: the sound set of \[GM2\] for names and lower bytes; \[GS\] for the upper bytes.

use core::ops::RangeInclusive;

use crate::assembly::{Assembly, Part, Variation};
use crate::voicing::{Decay, Filter, Sweep, Vibrato, Voicing};

pub(crate) fn build(assembly: &mut Assembly) {
    let mut shelf = Shelf { assembly };
    pianos(&mut shelf);
    bars(&mut shelf);
    organs(&mut shelf);
    acoustic_guitars(&mut shelf);
    electric_guitars(&mut shelf);
    basses(&mut shelf);
    strings(&mut shelf);
    brass(&mut shelf);
    machines(&mut shelf);
    elsewhere(&mut shelf);
}

/// Programs that are there, and room for their variations.
struct Shelf<'a> {
    assembly: &'a mut Assembly,
}

impl Shelf<'_> {
    /// The layers of a program, each played in another way.
    fn with(&self, program: u8, change: impl Fn(Voicing) -> Voicing) -> Vec<Part> {
        let mut parts = self.assembly.parts(program);
        for part in &mut parts {
            part.voicing = change(part.voicing);
        }
        parts
    }

    /// The layers of a program as they are.
    fn plain(&self, program: u8) -> Vec<Part> {
        self.assembly.parts(program)
    }

    /// One layer of a program alone, in the middle and in tune: layers cost regions, and a variation
    /// that doubles them needs no more than one.
    fn one(&self, program: u8, change: impl Fn(Voicing) -> Voicing) -> Vec<Part> {
        let alone = |voicing: Voicing| change(voicing.detune(0).pan(0.0));
        self.with(program, alone).into_iter().take(1).collect()
    }

    /// Adds a variation of a program: its upper byte in GS, its lower byte in General MIDI 2, and how
    /// much louder than its parts it has to be.
    fn add(
        &mut self,
        (program, gs, gm2): (u8, Option<u8>, u8),
        name: &str,
        level_db: f64,
        mut parts: Vec<Part>,
    ) {
        for part in &mut parts {
            part.voicing = louder(part.voicing, level_db);
        }
        let at = Variation { gs, gm2 };
        self.assembly.variation(program, at, name, &parts);
    }
}

fn louder(voicing: Voicing, db: f64) -> Voicing {
    voicing.level(voicing.level_db + db)
}

/// Keys moved up beside those that the program moves by itself.
fn higher(voicing: Voicing, keys: i8) -> Voicing {
    voicing.up(voicing.transpose + keys)
}

/// The same parts beside themselves, out of tune and quieter, so that the two never cancel.
///
/// Both stand in the same place: then one articulation serves all their regions.
fn detuned(parts: Vec<Part>, cents: i16) -> Vec<Part> {
    let shadows = parts.iter().map(|part| Part {
        voicing: louder(part.voicing, -5.0).detune(part.voicing.detune_cents + cents),
        ..part.clone()
    });
    let shadows: Vec<Part> = shadows.collect();
    both(parts, shadows)
}

/// The velocities that play some parts.
fn struck(parts: Vec<Part>, velocities: RangeInclusive<u8>) -> Vec<Part> {
    let within = parts.into_iter().map(|part| Part {
        sound: part.sound.at(velocities.clone()),
        ..part
    });
    within.collect()
}

/// Both.
fn both(mut one: Vec<Part>, other: Vec<Part>) -> Vec<Part> {
    one.extend(other);
    one
}

fn pianos(shelf: &mut Shelf<'_>) {
    // Felt between hammer and string: the waves of soft blows at every velocity.
    let mut felt = shelf.plain(0);
    felt.retain(|part| part.sound.answers(1));
    let felt = struck(felt, 0..=127);
    shelf.add((0, Some(16), 2), "Acoustic Grand Piano (dark)", 0.0, felt);
    let tines = detuned(shelf.plain(4), 12);
    shelf.add((4, Some(8), 1), "Detuned Electric Piano 1", -1.0, tines);
    let soft = struck(shelf.plain(4), 0..=88);
    let hard = struck(shelf.one(5, |voicing| louder(voicing, 2.0)), 89..=127);
    shelf.add(
        (4, Some(16), 2),
        "Electric Piano 1 (velocity mix)",
        -1.0,
        both(soft, hard),
    );
    // A reed in place of the tine: shorter, and it barks when it is hit.
    let reed = shelf.with(4, |voicing| {
        voicing
            .decay(Decay::Wave(0.7))
            .filter(Filter {
                q_db: 5.0,
                ..Filter::by_velocity(1500.0, 5400.0)
            })
            .tremolo(5.6, 2.5)
    });
    shelf.add((4, Some(24), 3), "60's Electric Piano", 1.0, reed);
    let bells = detuned(shelf.one(5, |voicing| voicing), 14);
    shelf.add((5, Some(8), 1), "Detuned Electric Piano 2", 0.0, bells);
    let octave = shelf.with(6, |voicing| louder(higher(voicing, 12), -6.0));
    let coupled = both(shelf.plain(6), octave);
    shelf.add((6, Some(8), 1), "Harpsichord (octave mix)", -0.5, coupled);
}

fn bars(shelf: &mut Shelf<'_>) {
    let tower = shelf.with(14, |voicing| higher(voicing, -12).decay(Decay::Wave(1.6)));
    shelf.add((14, Some(8), 1), "Church Bell", -1.8, tower);
    let tower = shelf.with(14, |voicing| louder(voicing.detune(9), -4.0));
    let carillon = both(shelf.with(14, |voicing| higher(voicing, 12)), tower);
    shelf.add((14, Some(9), 2), "Carillon", -1.2, carillon);
}

fn organs(shelf: &mut Shelf<'_>) {
    let bars = detuned(shelf.one(16, |voicing| voicing), 14);
    shelf.add((16, Some(8), 1), "Detuned Drawbar Organ", 3.7, bars);
    // A transistor's organ: square waves, an octave above each other, and a nervous vibrato.
    let nervous = Vibrato {
        hz: 6.6,
        delay_s: 0.01,
        cents: 9.0,
        wheel_cents: 50.0,
    };
    let combo = |voicing: Voicing| {
        voicing
            .attack(0.004)
            .release(0.1)
            .filter(Filter::by_velocity(4200.0, 600.0))
            .no_sweep()
            .vibrato(nervous)
    };
    let octave = shelf.one(80, |voicing| louder(higher(combo(voicing), 12), -5.0));
    let stops = both(shelf.one(80, combo), octave);
    shelf.add((16, Some(16), 2), "60's Drawbar Organ", -3.0, stops);
    let octave = shelf.one(16, |voicing| louder(higher(voicing, 12), -6.0));
    let second = both(shelf.one(16, |voicing| voicing), octave);
    shelf.add((16, Some(32), 3), "Drawbar Organ 2", 2.1, second);
    let octave = shelf.with(19, |voicing| louder(higher(voicing, 12), -5.0));
    let mixture = both(shelf.plain(19), octave);
    shelf.add((19, Some(8), 1), "Church Organ (octave mix)", -1.9, mixture);
    let pipes = detuned(shelf.plain(19), 10);
    shelf.add((19, Some(16), 2), "Detuned Church Organ", -1.1, pipes);
    // Tuned for a wider beat, with an octave below: the musette of the other shore.
    let below = shelf.one(21, |voicing| higher(louder(voicing, -2.0), -12));
    let italian = both(detuned(shelf.one(21, |voicing| voicing), 22), below);
    shelf.add((21, Some(8), 1), "Accordion 2", 1.8, italian);
}

fn acoustic_guitars(shelf: &mut Shelf<'_>) {
    let ukulele = shelf.with(24, |voicing| {
        voicing
            .decay(Decay::Wave(0.45))
            .filter(Filter::plucked(2000.0, 3600.0))
            .up(-7)
    });
    shelf.add((24, Some(8), 1), "Ukulele", 3.4, ukulele);
    let octave = shelf.with(25, |voicing| louder(higher(voicing, 12).detune(6), -6.0));
    let courses = both(shelf.plain(25), octave);
    shelf.add((25, Some(8), 1), "12-Strings Guitar", -0.9, courses);
    let course = shelf.with(25, |voicing| {
        voicing
            .decay(Decay::Wave(0.4))
            .filter(Filter::plucked(4200.0, 3600.0))
    });
    shelf.add((25, Some(16), 2), "Mandolin", 2.0, detuned(course, 9));
}

fn electric_guitars(shelf: &mut Shelf<'_>) {
    // The bar glides up to the note and trembles.
    let arrival = Sweep {
        attack_s: 0.0,
        decay_s: 0.16,
        sustain_percent: 0.0,
        release_s: 0.16,
    };
    let bar = Vibrato {
        hz: 5.4,
        delay_s: 0.25,
        cents: 14.0,
        wheel_cents: 60.0,
    };
    let steel = shelf.with(26, |voicing| {
        voicing
            .sweep(arrival)
            .sweep_pitch(-110.0)
            .filter(Filter::by_velocity(4500.0, 2400.0))
            .vibrato(bar)
            .release(1.2)
    });
    shelf.add(
        (26, Some(8), 1),
        "Electric Guitar (pedal steel)",
        0.7,
        steel,
    );
    let chorus = detuned(shelf.plain(27), 16);
    shelf.add(
        (27, Some(8), 1),
        "Electric Guitar (detuned clean)",
        -1.2,
        chorus,
    );
    let cutting = shelf.with(27, |voicing| {
        voicing
            .decay(Decay::Wave(0.6))
            .release(0.15)
            .filter(Filter {
                q_db: 6.0,
                ..Filter::plucked(3600.0, 3600.0)
            })
    });
    shelf.add(
        (28, Some(8), 1),
        "Electric Guitar (funky cutting)",
        1.7,
        cutting,
    );
    // What comes back from the amplifier grows out of the note, an octave and a fifth above.
    let howl = |keys, db: f64, attack_s| {
        move |voicing: Voicing| {
            louder(higher(voicing, keys), db)
                .attack(attack_s)
                .decay(Decay::Held)
        }
    };
    let feedback = both(shelf.plain(30), shelf.with(31, howl(7, -2.0, 1.4)));
    shelf.add(
        (30, Some(8), 1),
        "Distortion Guitar (with feedback)",
        -6.3,
        feedback,
    );
    let feedback = both(
        shelf.with(31, howl(12, 0.0, 0.5)),
        shelf.with(30, |voicing| louder(voicing, -9.0)),
    );
    shelf.add((31, Some(8), 1), "Guitar Feedback", -7.9, feedback);
}

fn basses(shelf: &mut Shelf<'_>) {
    let filter = |hz, q_db, envelope_cents| Filter {
        q_db,
        envelope_cents,
        ..Filter::by_velocity(hz, 2400.0)
    };
    let snap = |decay_s| Sweep {
        attack_s: 0.0,
        decay_s,
        sustain_percent: 0.0,
        release_s: 0.2,
    };
    let warm = shelf.one(38, |voicing| {
        voicing.filter(filter(450.0, 0.0, 1400.0)).sweep(snap(0.9))
    });
    shelf.add((38, Some(1), 1), "Synth Bass (warm)", -1.2, warm);
    let resonant = shelf.one(38, |voicing| {
        voicing.filter(filter(380.0, 14.0, 3000.0)).sweep(snap(0.5))
    });
    shelf.add((38, Some(8), 2), "Synth Bass 3 (resonance)", 1.2, resonant);
    let attack = shelf.one(39, |voicing| {
        voicing
            .attack(0.0015)
            .filter(filter(700.0, 6.0, 4200.0))
            .sweep(snap(0.18))
    });
    shelf.add((39, Some(8), 1), "Synth Bass 4 (attack)", 2.5, attack);
    let rubber = shelf.one(39, |voicing| {
        voicing
            .decay(Decay::To(2.2, 96.0))
            .filter(filter(300.0, 9.0, 2200.0))
            .sweep(snap(0.35))
    });
    shelf.add((39, Some(16), 2), "Synth Bass (rubber)", 8.6, rubber);
}

fn strings(shelf: &mut Shelf<'_>) {
    let slow = shelf.with(40, |voicing| voicing.attack(0.28).release(0.6));
    shelf.add((40, Some(8), 1), "Violin (slow attack)", 0.0, slow);
    let horns = shelf.with(60, |voicing| {
        louder(voicing.attack(0.09).release(0.5), -5.0)
    });
    let orchestra = both(shelf.plain(48), horns);
    shelf.add((48, Some(8), 1), "Strings and Brass", -3.1, orchestra);
    let tape = shelf.one(50, |voicing| {
        voicing
            .attack(0.12)
            .release(0.4)
            .filter(Filter::by_velocity(2600.0, 1200.0))
    });
    shelf.add((48, None, 2), "60's Strings", 3.4, detuned(tape, 18));
    let octave = shelf.one(50, |voicing| louder(higher(voicing, 12), -4.0));
    let third = both(detuned(shelf.one(50, |voicing| voicing), 22), octave);
    shelf.add((50, Some(8), 1), "Synth Strings 3", 3.1, third);
    let second = shelf.with(52, |voicing| {
        voicing
            .attack(0.2)
            .release(0.7)
            .filter(Filter::by_velocity(2400.0, 2400.0))
    });
    shelf.add((52, Some(32), 1), "Choir Aahs 2", 0.0, second);
}

fn brass(shelf: &mut Shelf<'_>) {
    let dark = |hz: f64| {
        move |voicing: Voicing| {
            voicing.filter(Filter {
                envelope_cents: 600.0,
                ..Filter::by_velocity(hz, 4200.0)
            })
        }
    };
    let soft = shelf.with(56, |voicing| dark(1900.0)(voicing).attack(0.05));
    shelf.add((56, Some(25), 1), "Dark Trumpet Soft", 0.0, soft);
    let second = shelf.with(57, |voicing| dark(1500.0)(voicing).attack(0.05));
    shelf.add((57, Some(1), 1), "Trombone 2", 0.0, second);
    let warm = shelf.with(60, |voicing| dark(1300.0)(voicing).attack(0.07));
    shelf.add((60, Some(1), 1), "French Horn 2 (warm)", 0.0, warm);
    let octave = shelf.with(57, |voicing| louder(higher(voicing, -12).pan(12.0), -2.0));
    let mix = both(shelf.one(61, |voicing| voicing.pan(-12.0)), octave);
    shelf.add((61, Some(8), 1), "Brass Section 2 (octave mix)", 0.0, mix);
    let open = |voicing: Voicing| {
        voicing.filter(Filter {
            q_db: 1.0,
            envelope_cents: 3600.0,
            ..Filter::by_velocity(1500.0, 1800.0)
        })
    };
    let third = detuned(shelf.one(62, open), 12);
    shelf.add((62, Some(8), 1), "Synth Brass 3", 2.8, third);
    let fourth = shelf.with(63, |voicing| {
        voicing.pan(0.0).attack(0.11).filter(Filter {
            envelope_cents: 1600.0,
            ..Filter::by_velocity(700.0, 1800.0)
        })
    });
    shelf.add((63, Some(8), 1), "Synth Brass 4", 0.0, fourth);
}

fn machines(shelf: &mut Shelf<'_>) {
    let still = |voicing: Voicing| {
        voicing
            .no_sweep()
            .filter(Filter::by_velocity(9000.0, 1800.0))
    };
    let second = shelf.one(80, still);
    shelf.add((80, Some(1), 1), "Lead 1a (square 2)", 0.0, second);
    // The triangle's few partials under a low pass that follows the key: a sine is left.
    let pure = |voicing: Voicing| {
        voicing.no_sweep().attack(0.008).filter(Filter {
            key_cents: 100.0,
            ..Filter::by_velocity(420.0, 900.0)
        })
    };
    let sine = shelf.one(82, pure);
    shelf.add((80, Some(8), 2), "Lead 1b (sine)", 0.0, sine);
    let second = shelf.one(81, still);
    shelf.add((81, Some(1), 1), "Lead 2a (sawtooth 2)", 3.6, second);
    let square = shelf.one(80, |voicing| louder(voicing, -2.0));
    let mix = both(shelf.one(81, |voicing| voicing), square);
    shelf.add((81, None, 2), "Lead 2b (saw + pulse)", 0.0, mix);
    let pad = shelf.one(82, |voicing| pure(voicing).attack(0.7).release(2.0));
    shelf.add((89, None, 1), "Pad 2a (sine pad)", -2.7, detuned(pad, 10));
    let bells = shelf.one(10, |voicing| louder(voicing, -4.0));
    let itopia = both(shelf.plain(91), bells);
    shelf.add((91, Some(1), 1), "Pad 4a (itopia)", 0.0, itopia);
    let mallet = shelf.with(98, |voicing| voicing.decay(Decay::Wave(0.35)).release(0.5));
    shelf.add((98, Some(1), 1), "FX 3a (synth mallet)", 4.5, mallet);
}

fn elsewhere(shelf: &mut Shelf<'_>) {
    // The string is pulled aside and let back.
    let bend = Sweep {
        attack_s: 0.05,
        decay_s: 0.4,
        sustain_percent: 0.0,
        release_s: 0.4,
    };
    let sitar = shelf.with(104, |voicing| voicing.sweep(bend).sweep_pitch(90.0));
    shelf.add((104, Some(1), 1), "Sitar 2 (bend)", 0.0, sitar);
    let octave = shelf.with(107, |voicing| louder(higher(voicing, 12), -4.0));
    let taisho = both(
        shelf.with(107, |voicing| voicing.decay(Decay::Wave(0.6))),
        octave,
    );
    shelf.add((107, Some(8), 1), "Taisho Koto", -1.5, taisho);
}
