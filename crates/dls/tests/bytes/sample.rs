//! A small file with something of every kind in it.

use super::file::{
    art, chunk, collection, fmt, instrument, list, parts, region, rgnh, riff, u16s, u32s, wave,
    wlnk, wsmp,
};

/// Level 1 and Level 2, conditions, texts of odd length, loops, two waves, a version.
pub(crate) fn everything() -> Vec<u8> {
    let level_1_only = [
        0x11, 0, 0xE5, 0x99, 0x45, 0xF1, 0x89, 0x46, 0xD2, 0x11, 0xAF, 0xA6, 0, 0xAA, 0, 0x24,
        0xD8, 0xB6, 0x0F, 0,
    ];
    let guard = chunk(b"cdl ", &level_1_only);
    let own = list(
        b"lar2",
        &[art(b"art2", &[([2, 0, 1, 0x8400], 0xFC40_0000)])],
    );
    let global = [
        ([1, 0x81, 3, 0], 0x0010_0000),
        ([0, 0, 0x0206, 0], 0xFB50_0000),
    ];
    let regions = [
        region(&[wsmp(72, Some([2, 5])), own]),
        list(b"rgn ", &[guard, rgnh(), wlnk(0)]),
        list(
            b"rgn ",
            &[chunk(b"rgnh", &u16s(&[0, 60, 1, 99, 1, 2, 3])), wlnk(1)],
        ),
    ];
    let name = list(
        b"INFO",
        &[chunk(b"INAM", b"Odd\0x"), chunk(b"ICMT", b"Even")],
    );
    let lists = [list(b"lart", &[art(b"art1", &global)]), name.clone()];
    let narrow = list(b"wave", &[fmt(1, 1, 8), chunk(b"data", &[0, 128, 255])]);
    let waves = [wave(&[wsmp(60, Some([0, 10])), name.clone()]), narrow];
    let mut parts = parts(
        &[
            instrument(&regions, &lists),
            instrument(&[region(&[])], &[]),
        ],
        &waves,
    );
    parts.insert(0, chunk(b"vers", &u32s(&[1, 2])));
    parts.push(name);
    riff(b"DLS ", &parts)
}

/// The smallest file that is a bank.
pub(crate) fn smallest() -> Vec<u8> {
    let wave = list(b"wave", &[fmt(1, 1, 8), chunk(b"data", &[1, 2])]);
    collection(&[instrument(&[region(&[])], &[])], &[wave])
}
