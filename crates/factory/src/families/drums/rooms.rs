//! Kits of other drums and rooms: Room, Power, Jazz and Brush.

use super::set::{Set, soft};
use super::standard::toms;
use super::{FIRST, Kit, OnKeys, airs, skins};
use crate::assembly::Assembly;
use crate::voicing::Voicing;

pub(super) fn build(assembly: &mut Assembly, standard: &Set, kit: &Kit) {
    let room_tom = assembly.wave(skins::room_tom());
    OnKeys {
        zone: &room_tom,
        root: 57,
        hz: 2600.0,
        level_db: 2.0,
    }
    .add(assembly, 117, FIRST, "Melodic Tom 2 (power)");
    let mut room = standard.clone();
    toms(&mut room, &room_tom, 1.0);
    assembly.kit(8, "Room Kit", &room.clone().drums());

    // Larger than the room, and cut off before it has died away.
    let kick = assembly.wave(skins::power_kick());
    let mut power = room;
    power.add(36, &kick, 0, 2.0, 0.0);
    power.with(soft(6000.0, 3000.0));
    power.add(38, &kit.gated_snare, 0, 2.0, 0.0);
    power.with(soft(12_000.0, 3600.0));
    power.add(40, &kit.gated_snare, 180, 1.0, 0.0);
    power.with(soft(12_000.0, 3600.0));
    assembly.kit(16, "Power Kit", &power.drums());

    let kick = assembly.wave(skins::jazz_kick());
    let felt = || soft(2600.0, 3000.0);
    let mut jazz = standard.clone();
    jazz.add(35, &kick, -200, 1.0, 0.0);
    jazz.with(felt());
    jazz.add(36, &kick, 0, 1.0, 0.0);
    jazz.with(felt());
    assembly.kit(32, "Jazz Kit", &jazz.clone().drums());

    let wires = || soft(9000.0, 3000.0);
    let mut brush = jazz;
    let tap = assembly.wave(airs::brush_tap());
    brush.add(38, &tap, 0, 1.0, 0.0);
    brush.with(wires());
    let slap = assembly.wave(airs::brush_slap());
    brush.add(39, &slap, 0, 0.0, 0.0);
    brush.with(wires());
    let swirl = assembly.wave(airs::brush_swirl());
    brush.add(40, &swirl, 0, -1.0, 0.0);
    // Let go, it is lifted.
    brush.with(|voicing: Voicing| voicing.release(0.4));
    brush.with(wires());
    assembly.kit(40, "Brush Kit", &brush.drums());
}
