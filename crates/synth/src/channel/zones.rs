//! Zones of channels with one note each, below and above.
//!
//! In: the manager's wish for members. Out: who manages whom. Owner: the engine, one for each
//! group. Thread: render. Source: \[MPE\] configuration message.

/// Bend range of a member, semitones.
pub(crate) const MEMBER_BEND_SEMITONES: u8 = 48;

/// Bend range of a manager, semitones.
pub(crate) const MANAGER_BEND_SEMITONES: u8 = 2;

/// Manager of the lower zone.
const LOWER_MANAGER: u8 = 0;

/// Manager of the upper zone.
const UPPER_MANAGER: u8 = 15;

/// Most members of one zone.
const MOST_MEMBERS: u8 = 15;

/// Channels between the two managers.
const SHARED: u8 = 14;

/// The two zones of a group; a zone without members is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Zones {
    lower: u8,
    upper: u8,
}

/// Channels `first..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Members {
    pub(crate) first: u8,
    pub(crate) end: u8,
}

impl Zones {
    /// Gives a manager so many members; false if the channel cannot manage.
    ///
    /// The other zone shrinks where they meet.
    pub(crate) fn configure(&mut self, manager: u8, members: u8) -> bool {
        let members = members.min(MOST_MEMBERS);
        // A zone of all fifteen takes the other manager too.
        let left = SHARED.saturating_sub(members);
        match manager {
            LOWER_MANAGER => {
                self.lower = members;
                self.upper = self.upper.min(left);
            }
            UPPER_MANAGER => {
                self.upper = members;
                self.lower = self.lower.min(left);
            }
            _ => return false,
        }
        true
    }

    /// Members of a manager; `None` if the channel manages nobody.
    pub(crate) const fn members_of(self, channel: u8) -> Option<Members> {
        match channel {
            LOWER_MANAGER if self.lower > 0 => Some(Members {
                first: 1,
                end: 1 + self.lower,
            }),
            UPPER_MANAGER if self.upper > 0 => Some(Members {
                first: 15 - self.upper,
                end: 15,
            }),
            _ => None,
        }
    }

    /// The manager of a member; `None` if the channel is in no zone or manages one.
    pub(crate) fn manager_of(self, channel: u8) -> Option<u8> {
        [LOWER_MANAGER, UPPER_MANAGER].into_iter().find(|manager| {
            self.members_of(*manager)
                .is_some_and(|members| members.first <= channel && channel < members.end)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newer_zone_takes_its_members_from_the_older() {
        let mut zones = Zones::default();
        assert!(zones.configure(0, 10));
        assert!(zones.configure(15, 7));
        assert_eq!(zones.members_of(0), Some(Members { first: 1, end: 8 }));
        assert_eq!(zones.members_of(15), Some(Members { first: 8, end: 15 }));
        assert_eq!(zones.manager_of(7), Some(0));
        assert_eq!(zones.manager_of(8), Some(15));
        assert_eq!(zones.manager_of(0), None);
    }

    #[test]
    fn a_zone_of_fifteen_is_alone() {
        let mut zones = Zones::default();
        zones.configure(15, 7);
        zones.configure(0, 15);
        assert_eq!(zones.members_of(0), Some(Members { first: 1, end: 16 }));
        assert_eq!(zones.members_of(15), None);
        assert_eq!(zones.manager_of(15), Some(0));
        zones.configure(0, 0);
        assert_eq!(zones, Zones::default());
    }

    #[test]
    fn only_the_outer_channels_manage() {
        let mut zones = Zones::default();
        assert!(!zones.configure(3, 4));
        assert_eq!(zones, Zones::default());
    }
}
