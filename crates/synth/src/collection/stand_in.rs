//! What plays a patch that no bank has: rules, the most similar first.
//!
//! In: a patch. Out: the instrument of one collection that a rule allows. The order of rules is
//! the same for all banks of the stack, so that a lower bank's near relative goes before an upper
//! bank's distant one. Thread: render; nothing is allocated.
//! Source: \[DLS2\] banks; General MIDI 2, GS and XG for theirs; no specification orders the rules.

use dmus_dls::bank::Patch;

use super::Collection;

/// Bank select of General MIDI 2's melodic instruments.
const GM2_MELODIC: u8 = 121;

/// Bank selects of XG's drums: effects and kits.
const XG_DRUMS: [u8; 2] = [126, 127];

/// One way of standing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StandIn {
    /// A bank for XG that flags no kit at all: its banks 126 and 127 are the kits.
    UnflaggedKit,
    /// The same without the least significant byte: the capital tone of the same map.
    SameMsb,
    /// Bank 0: the capital tone of General MIDI and GS.
    BankZero,
    /// General MIDI 2's bank of melodic instruments.
    Gm2Bank,
    /// Any bank that has the program, the lowest first.
    AnyBank,
    /// A kit of the same program in any bank.
    SameKit,
    /// The kit of the next lower multiple of eight: the same family.
    KitFamily,
    /// Kit 0: the standard one.
    KitZero,
    /// Whatever kit there is.
    AnyKit,
}

impl StandIn {
    /// The rules for a patch, the most similar first.
    pub(crate) const fn for_patch(patch: Patch) -> &'static [Self] {
        if patch.drums {
            &[
                Self::UnflaggedKit,
                Self::SameMsb,
                Self::SameKit,
                Self::KitFamily,
                Self::KitZero,
                Self::AnyKit,
            ]
        } else {
            &[Self::SameMsb, Self::BankZero, Self::Gm2Bank, Self::AnyBank]
        }
    }
}

impl Collection {
    /// The instrument that stands in for a patch by one rule.
    pub(crate) fn stand_in(&self, rule: StandIn, patch: Patch) -> Option<u32> {
        let program = usize::from(patch.program & 0x7F);
        let in_bank = |bank_msb| {
            self.exact(Patch {
                bank_msb,
                bank_lsb: 0,
                ..patch
            })
        };
        let kit = |program: usize| self.by_kit.get(program).copied().flatten();
        match rule {
            StandIn::UnflaggedKit => {
                let is_asked = self.first_kit.is_none() && XG_DRUMS.contains(&patch.bank_msb);
                self.exact(Patch {
                    drums: false,
                    ..patch
                })
                .filter(|_| is_asked)
            }
            StandIn::SameMsb => in_bank(patch.bank_msb),
            StandIn::BankZero => in_bank(0),
            StandIn::Gm2Bank => in_bank(GM2_MELODIC),
            StandIn::AnyBank => self.by_program.get(program).copied().flatten(),
            StandIn::SameKit => kit(program),
            StandIn::KitFamily => kit(program & !7),
            StandIn::KitZero => kit(0),
            StandIn::AnyKit => self.first_kit,
        }
    }
}
