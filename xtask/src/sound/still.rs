//! Notes and a bank whose pitch stands still: the other half of the experiment on what moves it.
//!
//! In: a SoundFont, events. Out: the same without what swings or bends a pitch. What is alike in two
//! synthesizers now, but was not before, is a matter of how each moves a pitch.

/// Generators of both oscillators and of the second envelope to the pitch.
const TO_PITCH: [u16; 3] = [5, 6, 7];

/// The bank with the depths of everything that moves a pitch at 0.
pub(super) fn bank(mut bytes: Vec<u8>) -> Vec<u8> {
    for tag in [b"pgen", b"igen"] {
        if let Some(table) = chunk(&mut bytes, tag) {
            let (records, _) = table.as_chunks_mut::<4>();
            for [low, high, amount @ ..] in records {
                if TO_PITCH.contains(&u16::from_le_bytes([*low, *high])) {
                    *amount = [0; 2];
                }
            }
        }
    }
    bytes
}

/// The contents of a chunk, inside of lists too.
fn chunk<'a>(bytes: &'a mut [u8], tag: &[u8; 4]) -> Option<&'a mut [u8]> {
    let mut rest = bytes;
    loop {
        let (head, behind) = rest.split_at_mut_checked(8)?;
        let (name, length) = head.split_at(4);
        let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
        rest = if name == b"RIFF" || name == b"LIST" {
            behind.get_mut(4..)?
        } else if name == tag {
            return behind.get_mut(..length);
        } else {
            behind.get_mut(length + length % 2..)?
        };
    }
}

/// The events without modulation wheel and pitch wheel.
pub(super) fn events(text: &str) -> String {
    let moves = |line: &&str| {
        let mut words = line.split(' ').skip(1);
        match (words.next(), words.next()) {
            (Some(status), Some(first)) => {
                status.starts_with('e') || status.starts_with('b') && first == "01"
            }
            _ => false,
        }
    };
    let lines = text.lines().filter(|line| !moves(line));
    lines.map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wheels_are_left_out_and_all_else_stays() {
        let text = "480\n0 c0 10\n0 b0 07 64\n64 b0 01 40\n64 e0 00 50\n64 90 3c 64\n";
        let still = "480\n0 c0 10\n0 b0 07 64\n64 90 3c 64\n";
        assert_eq!(events(text), still);
    }

    #[test]
    fn depths_to_the_pitch_are_nothing_and_other_amounts_stay() {
        let table = |amounts: [u8; 3]| {
            let records = [[6, 0], [8, 0], [7, 0]].iter().zip(amounts);
            records
                .flat_map(|(number, amount)| [number[0], number[1], amount, 1])
                .collect::<Vec<u8>>()
        };
        let font = |table: &[u8]| {
            let inner = [b"igen", &12_u32.to_le_bytes()[..], table].concat();
            let odd = [&b"pmod\x01\0\0\0\x09\0"[..], &inner].concat();
            let length = u32::try_from(odd.len() + 4).unwrap().to_le_bytes();
            [b"LIST", &length[..], b"pdta", &odd].concat()
        };
        let mut expected = table([0, 9, 0]);
        (expected[3], expected[11]) = (0, 0);
        assert_eq!(bank(font(&table([9, 9, 9]))), font(&expected));
    }
}
