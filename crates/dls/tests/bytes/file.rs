//! Chunks put together by hand, right or wrong.

/// A chunk with a true size, padded to an even length.
pub(crate) fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len()).unwrap();
    let mut bytes = [id, &size.to_le_bytes(), body].concat();
    if body.len() % 2 == 1 {
        bytes.push(0);
    }
    bytes
}

/// A list of chunks.
pub(crate) fn list(kind: &[u8; 4], children: &[Vec<u8>]) -> Vec<u8> {
    chunk(b"LIST", &[kind.to_vec(), children.concat()].concat())
}

/// 16 bit numbers.
pub(crate) fn u16s(numbers: &[u16]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect()
}

/// 32 bit numbers.
pub(crate) fn u32s(numbers: &[u32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect()
}

/// A region of all keys and velocities.
pub(crate) fn rgnh() -> Vec<u8> {
    chunk(b"rgnh", &u16s(&[0, 127, 0, 127, 0, 0]))
}

/// A link to the wave of a cue, mono.
pub(crate) fn wlnk(cue: u32) -> Vec<u8> {
    chunk(b"wlnk", &[u16s(&[0, 0]), u32s(&[1, cue])].concat())
}

/// A region list of cue 0 with more chunks in it.
pub(crate) fn region(more: &[Vec<u8>]) -> Vec<u8> {
    list(b"rgn2", &[vec![rgnh(), wlnk(0)], more.to_vec()].concat())
}

/// Playback data with a forward loop, if any, of a start and a length.
pub(crate) fn wsmp(unity_note: u16, wave_loop: Option<[u32; 2]>) -> Vec<u8> {
    let head = [u32s(&[20]), u16s(&[unity_note, 0]), u32s(&[0, 0])].concat();
    let loops = match wave_loop {
        Some([start, length]) => u32s(&[1, 16, 0, start, length]),
        None => u32s(&[0]),
    };
    chunk(b"wsmp", &[head, loops].concat())
}

/// An articulation chunk of `[source, control, destination, transform]` and scale.
pub(crate) fn art(id: &[u8; 4], blocks: &[([u16; 4], u32)]) -> Vec<u8> {
    let count = u32::try_from(blocks.len()).unwrap();
    let mut body = u32s(&[8, count]);
    for (numbers, scale) in blocks {
        body.extend(u16s(numbers));
        body.extend(scale.to_le_bytes());
    }
    chunk(id, &body)
}

/// An instrument of the melodic bank 0 with more chunks beside its regions.
pub(crate) fn instrument(regions: &[Vec<u8>], more: &[Vec<u8>]) -> Vec<u8> {
    let count = u32::try_from(regions.len()).unwrap();
    let parts = vec![
        chunk(b"insh", &u32s(&[count, 0, 0])),
        list(b"lrgn", regions),
    ];
    list(b"ins ", &[parts, more.to_vec()].concat())
}

/// A 16-byte `fmt ` of 22 050 Hz.
pub(crate) fn fmt(tag: u16, channels: u16, bits: u16) -> Vec<u8> {
    let frame = channels * (bits / 8);
    let rates = u32s(&[22_050, 22_050 * u32::from(frame)]);
    chunk(
        b"fmt ",
        &[u16s(&[tag, channels]), rates, u16s(&[frame, bits])].concat(),
    )
}

/// A wave of ten 16 bit frames with more chunks in it.
pub(crate) fn wave(more: &[Vec<u8>]) -> Vec<u8> {
    let data = chunk(b"data", &u16s(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    list(
        b"wave",
        &[vec![fmt(1, 1, 16), data], more.to_vec()].concat(),
    )
}

/// The file of instruments and waves, with true counts and cues.
pub(crate) fn collection(instruments: &[Vec<u8>], waves: &[Vec<u8>]) -> Vec<u8> {
    riff(b"DLS ", &parts(instruments, waves))
}

/// A whole file.
pub(crate) fn riff(form: &[u8; 4], children: &[Vec<u8>]) -> Vec<u8> {
    chunk(b"RIFF", &[form.to_vec(), children.concat()].concat())
}

/// `colh`, `lins`, `ptbl` and `wvpl` in this order.
pub(crate) fn parts(instruments: &[Vec<u8>], waves: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut offset = 0;
    let mut table = vec![8, u32::try_from(waves.len()).unwrap()];
    for wave in waves {
        table.push(offset);
        offset += u32::try_from(wave.len()).unwrap();
    }
    let count = u32::try_from(instruments.len()).unwrap();
    vec![
        chunk(b"colh", &u32s(&[count])),
        list(b"lins", instruments),
        chunk(b"ptbl", &u32s(&table)),
        list(b"wvpl", waves),
    ]
}
