//! Conditional chunks: whether a list is meant for this reader.
//!
//! In: the program of a `cdl ` chunk, in reverse Polish order. Out: true or false. Work is bounded
//! by the length of the program, which has no jumps.
//! Source: \[DLS2\] conditional chunk.

use crate::error::{Defect, FourCc};
use crate::findings::{Findings, Place};
use crate::limits;
use crate::riff::{Chunk, Fields};

/// The chunk of a condition.
pub(super) const CDL: FourCc = FourCc(*b"cdl ");

/// What a query asks for, as the 16 bytes stand in a file.
type Guid = [u8; 16];

/// True, when an operation makes it; any number but 0 counts as true.
const TRUE: u32 = u32::MAX;
const FALSE: u32 = 0;

/// Sample memory to report, in frames: more than any file can ask for.
const SAMPLE_MEMORY: u32 = 1 << 30;
/// Playback rate to report, Hz. The engine takes any; the common one picks the better waves of a
/// file that offers several sets.
const PLAYBACK_RATE_HZ: u32 = 48_000;

/// What is asked, and what is answered. General MIDI and its like are not in hardware, so a file
/// that brings its own instruments keeps them; there is no manufacturer number.
const ANSWERS: [(Guid, u32); 9] = [
    (device_query(0x178f_2f24), FALSE),
    (device_query(0x178f_2f25), FALSE),
    (device_query(0x178f_2f26), FALSE),
    (device_query(0x178f_2f27), TRUE),
    (device_query(0x178f_2f28), SAMPLE_MEMORY),
    (
        guid(
            0xf145_99e5,
            0x4689,
            0x11d2,
            [0xaf, 0xa6, 0x00, 0xaa, 0x00, 0x24, 0xd8, 0xb6],
        ),
        TRUE,
    ),
    (guid(0xb03e_1181, 0x8095, 0x11d2, PRODUCT_TAIL), 0),
    (guid(0xb03e_1182, 0x8095, 0x11d2, PRODUCT_TAIL), 0),
    (
        guid(
            0x2a91_f713,
            0xa4bf,
            0x11d2,
            [0xbb, 0xdf, 0x00, 0x60, 0x08, 0x33, 0xdb, 0xd8],
        ),
        PLAYBACK_RATE_HZ,
    ),
];

/// Last bytes of the queries for manufacturer and product.
const PRODUCT_TAIL: [u8; 8] = [0xa1, 0xef, 0x00, 0x60, 0x08, 0x33, 0xdb, 0xd8];

/// The queries that differ in their first number only: GM, GS, XG in hardware, Level 1, memory.
const fn device_query(first: u32) -> Guid {
    guid(
        first,
        0xc364,
        0x11d1,
        [0xa7, 0x60, 0x00, 0x00, 0xf8, 0x75, 0xac, 0x12],
    )
}

const fn guid(first: u32, second: u16, third: u16, tail: [u8; 8]) -> Guid {
    let [a, b, c, d] = first.to_le_bytes();
    let [e, f] = second.to_le_bytes();
    let [g, h] = third.to_le_bytes();
    let [i, j, k, l, m, n, o, p] = tail;
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
}

/// Whether every condition in a list holds. A malformed one does, with a warning.
pub(super) fn admits(list: &Chunk<'_>, place: &Place<'_>, findings: &mut Findings) -> bool {
    let mut admitted = true;
    for chunk in list.children().filter(|chunk| chunk.id == CDL) {
        match evaluate(chunk.fields()) {
            Ok(holds) => admitted &= holds,
            Err(Malformed) => {
                findings.note(&place.chunk(CDL), chunk.offset, Defect::MalformedCondition);
            }
        }
    }
    admitted
}

/// A program that ends early, pops what is not there or knows an operation of its own.
#[derive(Debug, PartialEq, Eq)]
struct Malformed;

/// Runs a program and takes the top of the stack.
fn evaluate(program: Fields<'_>) -> Result<bool, Malformed> {
    let mut stack = Stack {
        values: [0; limits::CONDITION_STACK],
        depth: 0,
    };
    let mut at = 0;
    while at < program.len() {
        let opcode = program.u16(at).ok_or(Malformed)?;
        at += 2;
        let value = match opcode {
            0x01..=0x0E => {
                let x = stack.pop()?;
                let y = stack.pop()?;
                binary(opcode, x, y)
            }
            0x0F => truth(stack.pop()? == 0),
            0x10 => {
                let value = program.u32(at).ok_or(Malformed)?;
                at += 4;
                value
            }
            0x11 | 0x12 => {
                let answer = answer(program.array(at).ok_or(Malformed)?);
                at += 16;
                if opcode == 0x11 {
                    answer.unwrap_or(FALSE)
                } else {
                    truth(answer.is_some())
                }
            }
            _ => return Err(Malformed),
        };
        stack.push(value)?;
    }
    stack.pop().map(|top| top != 0)
}

/// An operation on the top of the stack, `x`, and the value below it, `y`.
fn binary(opcode: u16, x: u32, y: u32) -> u32 {
    match opcode {
        0x01 => x & y,
        0x02 => x | y,
        0x03 => x ^ y,
        0x04 => x.wrapping_add(y),
        0x05 => x.wrapping_sub(y),
        0x06 => x.wrapping_mul(y),
        0x07 => x.checked_div(y).unwrap_or(0),
        0x08 => truth(x != 0 && y != 0),
        0x09 => truth(x != 0 || y != 0),
        0x0A => truth(x < y),
        0x0B => truth(x <= y),
        0x0C => truth(x > y),
        0x0D => truth(x >= y),
        _ => truth(x == y),
    }
}

fn truth(holds: bool) -> u32 {
    if holds { TRUE } else { FALSE }
}

fn answer(query: &Guid) -> Option<u32> {
    ANSWERS.iter().find(|row| row.0 == *query).map(|row| row.1)
}

/// Values of a running program, `depth` of them in use.
struct Stack {
    values: [u32; limits::CONDITION_STACK],
    depth: usize,
}

impl Stack {
    fn push(&mut self, value: u32) -> Result<(), Malformed> {
        *self.values.get_mut(self.depth).ok_or(Malformed)? = value;
        self.depth += 1;
        Ok(())
    }

    fn pop(&mut self) -> Result<u32, Malformed> {
        self.depth = self.depth.checked_sub(1).ok_or(Malformed)?;
        self.values.get(self.depth).copied().ok_or(Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program of constants and operations; an operation is below 0x100.
    fn run(words: &[u32]) -> Result<bool, Malformed> {
        evaluate(Fields(&assemble(words)))
    }

    const CONST: u32 = 0x10;

    fn assemble(words: &[u32]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut words = words.iter();
        while let Some(&word) = words.next() {
            bytes.extend(u16::try_from(word).unwrap().to_le_bytes());
            if word == CONST {
                bytes.extend(words.next().unwrap().to_le_bytes());
            }
        }
        bytes
    }

    /// `y x op` equals `expected`.
    fn check(opcode: u32, x: u32, y: u32, expected: u32) {
        let program = [CONST, y, CONST, x, opcode, CONST, expected, 0x0E];
        assert_eq!(run(&program), Ok(true), "opcode {opcode:#x} of {x} and {y}");
    }

    #[test]
    fn every_binary_operation_takes_the_top_as_its_left_side() {
        check(0x01, 0b1100, 0b1010, 0b1000);
        check(0x02, 0b1100, 0b1010, 0b1110);
        check(0x03, 0b1100, 0b1010, 0b0110);
        check(0x04, u32::MAX, 2, 1);
        check(0x05, 3, 5, 0xFFFF_FFFE);
        check(0x06, 7, 6, 42);
        check(0x07, 42, 5, 8);
        check(0x08, 1, 2, TRUE);
        check(0x08, 1, 0, FALSE);
        check(0x09, 0, 2, TRUE);
        check(0x09, 0, 0, FALSE);
        check(0x0A, 1, 2, TRUE);
        check(0x0B, 2, 2, TRUE);
        check(0x0C, 1, 2, FALSE);
        check(0x0D, 1, 2, FALSE);
        check(0x0E, 2, 2, TRUE);
    }

    #[test]
    fn division_by_zero_is_zero() {
        check(0x07, 42, 0, 0);
    }

    #[test]
    fn not_is_logical() {
        assert_eq!(run(&[CONST, 5, 0x0F]), Ok(false));
        assert_eq!(run(&[CONST, 0, 0x0F]), Ok(true));
    }

    #[test]
    fn every_listed_query_is_supported() {
        for (query, _) in ANSWERS {
            let program = [&[0x12, 0x00], query.as_slice()].concat();
            assert_eq!(evaluate(Fields(&program)), Ok(true));
        }
    }

    #[test]
    fn queries_are_the_documented_ones() {
        let documented = [
            "178f2f24-c364-11d1-a760-0000f875ac12",
            "178f2f25-c364-11d1-a760-0000f875ac12",
            "178f2f26-c364-11d1-a760-0000f875ac12",
            "178f2f27-c364-11d1-a760-0000f875ac12",
            "178f2f28-c364-11d1-a760-0000f875ac12",
            "f14599e5-4689-11d2-afa6-00aa0024d8b6",
            "b03e1181-8095-11d2-a1ef-00600833dbd8",
            "b03e1182-8095-11d2-a1ef-00600833dbd8",
            "2a91f713-a4bf-11d2-bbdf-00600833dbd8",
        ];
        let asked = ANSWERS.map(|(query, _)| crate::bank::Guid(query).to_string());
        assert_eq!(asked, documented);
        let levels = [ANSWERS[3].1, ANSWERS[5].1];
        assert_eq!(levels, [TRUE, TRUE]);
    }

    #[test]
    fn unknown_query_is_zero_and_unsupported() {
        for opcode in [0x11, 0x12] {
            let program = [&[opcode, 0x00], [0xA5; 16].as_slice()].concat();
            assert_eq!(evaluate(Fields(&program)), Ok(false));
        }
    }

    #[test]
    fn level_2_query_is_answered_with_true() {
        let query = [
            0xE5, 0x99, 0x45, 0xF1, 0x89, 0x46, 0xD2, 0x11, 0xAF, 0xA6, 0, 0xAA, 0, 0x24, 0xD8,
            0xB6,
        ];
        assert_eq!(answer(&query), Some(TRUE));
    }

    #[test]
    fn malformed_programs_are_recognised() {
        let deep: Vec<u32> = [CONST, 1].repeat(limits::CONDITION_STACK + 1);
        for program in [&[][..], &[0x01], &[CONST, 1, 0x01], &[0x13], &[0x00], &deep] {
            assert_eq!(run(program), Err(Malformed), "{program:?}");
        }
        assert_eq!(evaluate(Fields(&[0x10, 0, 1, 0])), Err(Malformed));
        assert_eq!(evaluate(Fields(&[0x11, 0, 1, 0])), Err(Malformed));
        assert_eq!(evaluate(Fields(&[0x10])), Err(Malformed));
    }
}
