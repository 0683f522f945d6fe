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

/// What no plain file of DLS has: our own chunks, aliases, two channels, codings of others.
pub(crate) fn beyond() -> Vec<u8> {
    let id = || chunk(b"dlid", &[0x1D; 16]);
    let texts = |name: &[u8; 4]| list(b"INFO", &[chunk(name, b"Waltz"), chunk(b"INAM", b"W")]);
    // Link 3 as a source, velocity to the start of a wave, an absolute curve.
    let insertions = [
        (0, [0x7E03, 0, 3, 0], 7),
        (2, [2, 0, 0x7E80, 0], 8),
        (9, [6, 0, 0x7E03, 4], 9),
    ];
    let mut body = u16s(&[3]);
    for (index, numbers, scale) in insertions {
        body.extend(u16s(&[index]));
        body.extend(u16s(&numbers));
        body.extend(u32s(&[scale]));
    }
    let own = chunk(b"DMUR", &[vec![60, 255, 0, 0], body.clone()].concat());
    let of_instrument = chunk(b"DMUI", &[u16s(&[1]), body].concat());
    let blocks = [([0, 0, 4, 0], 5), ([0, 0, 3, 0], 6)];
    let lists = list(b"lar2", &[art(b"art2", &blocks)]);
    let regions = [
        region(&[lists.clone(), own, texts(b"IGNR")]),
        list(b"rgn2", &[rgnh(), wlnk(1)]),
        list(b"rgn2", &[rgnh(), wlnk(2)]),
    ];
    let kit = list(
        b"ins ",
        &[
            chunk(b"insh", &u32s(&[1, 1 << 31, 0])),
            list(b"lrgn", &[region(&[])]),
        ],
    );
    let pcm = u16s(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let deep = [
        id(),
        fmt(1, 1, 16),
        chunk(b"data", &pcm),
        chunk(b"DMUL", &[9; 10]),
    ];
    let stereo = [fmt(1, 2, 16), chunk(b"data", &pcm), wsmp(60, Some([0, 5]))];
    let blocks_of_ten = [u16s(&[0x11, 1]), u32s(&[8000, 0]), u16s(&[10, 4])].concat();
    let packed = [
        chunk(b"fmt ", &blocks_of_ten),
        chunk(b"fact", &u32s(&[11])),
        chunk(b"data", &[7; 18]),
    ];
    let waves = [&deep[..], &stereo, &packed].map(|parts| list(b"wave", parts));
    let mut keys: Vec<u8> = (0..128).collect();
    keys[3] = 5;
    let aliases = [vec![9; 4], keys, u32s(&[1, 5, 0])].concat();
    let mut parts = parts(
        &[
            instrument(&regions, &[of_instrument, lists, texts(b"IART"), id()]),
            kit,
        ],
        &waves,
    );
    parts.insert(0, id());
    parts.push(chunk(b"pgal", &aliases));
    parts.push(texts(b"ISRC"));
    riff(b"DLS ", &parts)
}
