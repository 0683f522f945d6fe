//! Noises: the SFX kit, and the variations of the noise programs, which are the same sounds.
//!
//! Source: the SFX kit of \[GS\] and \[GM2\], keys 39 to 84, and their variations of programs 120 to
//! 127, which count alike.

use super::set::Set;
use super::{Kit, scenes, voices};
use crate::assembly::{Assembly, MultiSample, Part, Variation, Zone};
use crate::recording::Recording;
use crate::voicing::{Decay, Filter, Sweep, Vibrato, Voicing};

/// One noise of the kit.
struct Noise {
    key: u8,
    zone: Zone,
    /// Cents away from its recording.
    cents: i16,
    voicing: Voicing,
    /// Where it is a program of its own, played on key 60.
    program: Option<Program>,
}

struct Program {
    number: u8,
    variation: u8,
    name: &'static str,
}

/// It happens once and ends by itself.
const EVENT: Voicing = Voicing {
    release_s: 20.0,
    vibrato: None,
    filter: Some(Filter {
        key_cents: 0.0,
        ..Filter::by_velocity(12_000.0, 2400.0)
    }),
    ..Voicing::STRUCK
};

/// It goes on as long as the key is held.
const SCENE: Voicing = Voicing {
    attack_s: 0.03,
    decay: Decay::Held,
    release_s: 0.8,
    level_db: -3.0,
    ..EVENT
};

/// Pitch that swings by itself.
const fn siren(hz: f64, cents: f64) -> Vibrato {
    Vibrato {
        hz,
        delay_s: 0.01,
        cents,
        wheel_cents: 0.0,
    }
}

/// The modulation envelope up and down once.
const fn passing(attack_s: f64, decay_s: f64) -> Sweep {
    Sweep {
        attack_s,
        decay_s,
        sustain_percent: 0.0,
        release_s: 2.0,
    }
}

/// A low pass whose cutoff the modulation envelope raises.
const fn band(hz: f64, q_db: f64, envelope_cents: f64) -> Filter {
    Filter {
        hz,
        q_db,
        velocity_cents: 1200.0,
        key_cents: 0.0,
        envelope_cents,
    }
}

pub(super) fn build(assembly: &mut Assembly, standard: &Set, kit: &Kit) {
    let mut noises = List { noises: vec![] };
    noises.of_the_kit(kit);
    noises.of_instruments(assembly);
    noises.of_people(assembly);
    noises.of_streets(assembly);
    noises.of_fiction(assembly);
    noises.of_nature(assembly);
    let mut set = standard.clone();
    for noise in &noises.noises {
        set.add(noise.key, &noise.zone, noise.cents, 0.0, 0.0);
        set.with(|_| noise.voicing);
    }
    for key in [41, 42] {
        set.regroup(key, super::set::group::SCRATCHES);
    }
    assembly.kit(56, "SFX Kit", &set.drums());
    for noise in noises.noises {
        if let Some(program) = noise.program {
            let keys = noise.cents / 100;
            let part = Part {
                sound: MultiSample::single(noise.zone, 60),
                voicing: noise
                    .voicing
                    .up(keys as i8)
                    .detune(noise.cents - 100 * keys),
            };
            let at = Variation {
                gs: Some(program.variation),
                gm2: program.variation,
            };
            assembly.variation(program.number, at, program.name, &[part]);
        }
    }
}

struct List {
    noises: Vec<Noise>,
}

impl List {
    fn add(&mut self, key: u8, zone: &Zone, cents: i16, voicing: Voicing) {
        self.noises.push(Noise {
            key,
            zone: zone.clone(),
            cents,
            voicing,
            program: None,
        });
    }

    /// Makes the noise that was added last a variation, too.
    fn is(&mut self, number: u8, variation: u8, name: &'static str) {
        if let Some(noise) = self.noises.last_mut() {
            noise.program = Some(Program {
                number,
                variation,
                name,
            });
        }
    }

    /// What the standard kit has below its drums.
    fn of_the_kit(&mut self, kit: &Kit) {
        self.add(39, &kit.high_q, 0, EVENT.level(-4.0));
        self.add(40, &kit.electric_snare, 700, EVENT.level(-3.0));
        self.add(41, &kit.scratch, 0, EVENT.level(-3.0));
        self.add(42, &kit.scratch, -500, EVENT.level(-3.0));
        self.add(43, &kit.castanets, -700, EVENT.level(-4.0));
        self.add(44, &kit.click, -700, EVENT.level(-5.0));
        self.add(45, &kit.click, 0, EVENT.level(-5.0));
        let bell = EVENT.decay(Decay::To(0.8, 96.0)).level(-4.0);
        self.add(46, &kit.triangle, -400, bell);
        self.add(61, &kit.scratch, -250, EVENT.level(-2.0));
        self.is(124, 4, "Scratch");
    }

    fn of_instruments(&mut self, assembly: &mut Assembly) {
        if let Some(fret) = wave_of(assembly, 120) {
            self.add(47, &fret, 0, EVENT.level(-4.0));
        }
        let cut = assembly.wave(scenes::cut());
        self.add(48, &cut, 300, EVENT.level(-3.0));
        self.add(49, &cut, -200, EVENT.level(-3.0));
        self.is(120, 1, "Guitar Cutting Noise");
        let slap = assembly.wave(scenes::bass_slap());
        self.add(50, &slap, 0, EVENT.level(-2.0));
        self.is(120, 2, "Acoustic Bass String Slap");
        let click = assembly.wave(scenes::key_click());
        self.add(51, &click, 0, EVENT.level(-2.0));
        self.is(121, 1, "Flute Key Click");
    }

    fn of_people(&mut self, assembly: &mut Assembly) {
        let mut event = |recording: Recording| assembly.wave(recording);
        let laughing = event(voices::laughing());
        self.add(52, &laughing, 0, EVENT.level(-2.0));
        self.is(126, 1, "Laughing");
        let screaming = event(voices::screaming());
        self.add(53, &screaming, 0, EVENT.level(-2.0));
        self.is(126, 2, "Screaming");
        let punch = event(scenes::punch());
        self.add(54, &punch, 0, EVENT.level(0.0));
        self.is(126, 3, "Punch");
        let heart = event(scenes::heart());
        self.add(55, &heart, 0, EVENT.level(2.0));
        self.is(126, 4, "Heart Beat");
        let footstep = event(scenes::footstep());
        self.add(56, &footstep, 0, EVENT.level(3.0));
        self.is(126, 5, "Footsteps");
        self.add(57, &footstep, -250, EVENT.level(3.0));
        if let Some(applause) = wave_of(assembly, 126) {
            self.add(58, &applause, 0, SCENE.attack(0.3).release(2.0));
        }
        let creak = assembly.wave(scenes::creak());
        self.add(59, &creak, 0, EVENT.level(-3.0));
        self.is(124, 2, "Door Creaking");
        let door = assembly.wave(scenes::door());
        self.add(60, &door, 0, EVENT.level(0.0));
        self.is(124, 3, "Door");
        let chimes = assembly.wave(scenes::chimes());
        self.add(62, &chimes, 0, EVENT.level(0.0));
        self.is(124, 5, "Wind Chime");
    }

    fn of_streets(&mut self, assembly: &mut Assembly) {
        let engine = assembly.wave(scenes::engine());
        let idle = SCENE.filter(band(1500.0, 0.0, 0.0));
        let starts = idle.attack(0.1).sweep(passing(0.4, 2.0)).sweep_pitch(700.0);
        self.add(63, &engine, 0, starts);
        self.is(125, 1, "Car-Engine");
        let tyres = assembly.wave(scenes::tyres());
        self.add(64, &tyres, 0, EVENT.level(-3.0));
        self.is(125, 2, "Car-Stop");
        // It comes nearer, passes, and its pitch falls.
        let passes = idle
            .attack(1.0)
            .decay(Decay::To(4.0, 96.0))
            .filter(band(1200.0, 0.0, 1800.0))
            .sweep(passing(0.0, 2.6))
            .sweep_pitch(500.0);
        self.add(65, &engine, 900, passes);
        self.is(125, 3, "Car-Pass");
        let collision = assembly.wave(scenes::collision());
        self.add(66, &collision, 0, EVENT.level(-1.0));
        self.is(125, 4, "Car-Crash");
        if let Some(tone) = wave_of(assembly, 80) {
            let cents = tone.cents_to(77);
            let voicing = SCENE
                .vibrato(siren(0.35, 500.0))
                .filter(band(2600.0, 0.0, 0.0));
            self.add(67, &tone, cents, voicing);
            self.is(125, 5, "Siren");
        }
        let train = assembly.wave(scenes::train());
        self.add(68, &train, 0, SCENE.attack(0.2));
        self.is(125, 6, "Train");
        if let Some(air) = wave_of(assembly, 122) {
            let over = SCENE
                .attack(1.2)
                .filter(band(500.0, 6.0, 3200.0))
                .sweep(passing(1.4, 4.0))
                .level(-7.0);
            self.add(69, &air, -700, over);
            self.is(125, 7, "Jetplane");
        }
        if let Some(rotor) = wave_of(assembly, 125) {
            self.add(70, &rotor, 0, SCENE.attack(0.3));
        }
    }

    fn of_fiction(&mut self, assembly: &mut Assembly) {
        if let Some(tone) = wave_of(assembly, 82) {
            let ship = SCENE
                .vibrato(siren(9.0, 700.0))
                .sweep(passing(1.2, 5.0))
                .sweep_pitch(1900.0);
            self.add(71, &tone, tone.cents_to(60), ship);
            self.is(125, 8, "Starship");
            let ray = EVENT
                .decay(Decay::To(0.6, 96.0))
                .attack(0.002)
                .sweep(passing(0.0, 0.35))
                .sweep_pitch(4800.0)
                .level(5.0);
            self.add(74, &tone, tone.cents_to(48), ray);
            self.is(127, 2, "Lasergun");
        }
        if let Some(shot) = wave_of(assembly, 127) {
            self.add(72, &shot, 0, EVENT);
            self.add(75, &shot, -1200, EVENT.level(2.0));
            self.is(127, 3, "Explosion");
        }
        let shots = assembly.wave(scenes::shots());
        self.add(73, &shots, 0, SCENE.attack(0.002).release(0.4));
        self.is(127, 1, "Machine Gun");
    }

    fn of_nature(&mut self, assembly: &mut Assembly) {
        let dog = assembly.wave(voices::dog());
        self.add(76, &dog, 0, EVENT.level(-1.0));
        self.is(123, 1, "Dog");
        let gallop = assembly.wave(scenes::gallop());
        self.add(77, &gallop, 0, SCENE.attack(0.002));
        self.is(123, 2, "Horse-Gallop");
        if let Some(bird) = wave_of(assembly, 123) {
            self.add(78, &bird, 0, SCENE.attack(0.01));
        }
        if let Some(hands) = wave_of(assembly, 126) {
            // So many hands, an octave and more higher, are drops on leaves.
            self.add(79, &hands, 1500, SCENE.attack(0.2).release(1.5));
            self.is(122, 1, "Rain");
        }
        if let Some(air) = wave_of(assembly, 122) {
            let rolls = SCENE
                .attack(0.05)
                .decay(Decay::To(6.0, 96.0))
                .filter(band(180.0, 0.0, 2400.0))
                .sweep(passing(0.02, 1.5))
                .tremolo(2.3, 5.0)
                .release(5.0)
                .level(-1.0);
            self.add(80, &air, -2400, rolls);
            self.is(122, 2, "Thunder");
            let howls = SCENE
                .attack(0.8)
                .filter(band(700.0, 14.0, 1300.0))
                .sweep(passing(2.0, 4.0))
                .vibrato(siren(0.3, 250.0))
                .release(2.0)
                .level(-9.0);
            self.add(81, &air, -500, howls);
            self.is(122, 3, "Wind");
            let shore = SCENE
                .attack(1.5)
                .filter(band(900.0, 0.0, 2600.0))
                .sweep(Sweep {
                    sustain_percent: 25.0,
                    ..passing(2.5, 7.0)
                })
                .release(3.0);
            self.add(82, &air, 0, shore);
        }
        let bubbles = assembly.wave(scenes::bubbles());
        self.add(83, &bubbles, 500, SCENE.attack(0.2));
        self.is(122, 4, "Stream");
        self.add(84, &bubbles, -700, SCENE.attack(0.05));
        self.is(122, 5, "Bubble");
    }
}

/// The wave that a melodic program plays on key 60.
fn wave_of(assembly: &Assembly, program: u8) -> Option<Zone> {
    let parts = assembly.parts(program);
    parts.first()?.sound.zone(60).cloned()
}
