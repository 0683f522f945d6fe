//! Any bytes as a saved state: read as a project holds it, brought into range, saved again.
//!
//! In: bytes. Out: what was read; an assertion where a promise is broken.
//! Source: docs/state.md.

use dmus::params::PARTS;
use dmus::state::{BankStack, PartPrograms};
use dmus_synth::USER_BANKS;
use serde_json::Value;

/// The fields of a state that are ours.
#[derive(Debug)]
pub struct Fields {
    bank: Option<BankStack>,
    parts: Option<PartPrograms>,
}

/// Reads the bytes; a state that is none changes nothing.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Fields> {
    let state: Value = serde_json::from_slice(bytes).ok()?;
    let field = |name: &str| state.get("fields")?.get(name)?.as_str();
    Some(Fields {
        bank: field("bank").and_then(|text| serde_json::from_str(text).ok()),
        parts: field("parts").and_then(|text| serde_json::from_str(text).ok()),
    })
}

/// Everything that has to hold of fields that were read.
///
/// # Panics
/// When something does not.
pub fn check(fields: &Fields) {
    if let Some(bank) = &fields.bank {
        assert!(bank.banks.len() <= usize::from(USER_BANKS));
        let text = serde_json::to_string(bank).expect("a stack is text");
        let again: BankStack = serde_json::from_str(&text).expect("and is read again");
        assert!(again == *bank);
    }
    if let Some(parts) = &fields.parts {
        let all = parts.all();
        assert!(all.len() == PARTS);
        for part in all {
            assert!(part.bank_msb < 128 && part.bank_lsb < 128 && part.program < 128);
        }
        let text = serde_json::to_string(parts).expect("programs are text");
        let again: PartPrograms = serde_json::from_str(&text).expect("and are read again");
        assert!(again.all() == all);
    }
}
