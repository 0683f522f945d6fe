//! Units: the groups of the parameters, and the program lists that belong to them.
//!
//! Thread: main. Source: \[VST3\] ivstunits.h.

use vst3::Steinberg::Vst::{
    CString, IUnitInfoTrait, ProgramListInfo, String128, UnitInfo, kNoParentUnitId,
    kNoProgramListId, kRootUnitId,
};
use vst3::Steinberg::{IBStream, kInvalidArgument, kNotImplemented, kResultFalse, tresult};

use super::binding::{FAILED, blank, give};
use super::codes;
use super::component::Component;
use super::core::Core;
use super::params::{Param, Params};
use super::programs::{PROGRAMS, Programs};
use super::text::write_wide;

/// One group of parameters.
struct Unit {
    /// Names from the outermost group on, with `/` between them.
    path: String,
    parent: i32,
    list: i32,
}

/// All groups; the id of one is its place, counted from 1, for 0 is the root.
pub(super) struct Units {
    list: Vec<Unit>,
    /// The list of the root, where a channel's names belong to no group.
    root_list: i32,
}

impl Units {
    /// The groups of the parameters, in the order of their paths as earlier versions had them.
    pub(super) fn new(params: &Params, programs: &Programs) -> Self {
        let mut paths: Vec<&str> = params
            .list()
            .iter()
            .flat_map(|it| prefixes(&it.module))
            .collect();
        paths.sort_unstable();
        paths.dedup();
        let id_of = |path: &str| {
            let place = paths.binary_search(&path).ok();
            place.and_then(|place| i32::try_from(place + 1).ok())
        };
        let list = paths.iter().map(|path| {
            let parent = path.rsplit_once('/').and_then(|(parent, _)| id_of(parent));
            Unit {
                path: (*path).to_owned(),
                parent: parent.unwrap_or(kRootUnitId),
                list: kNoProgramListId,
            }
        });
        let mut units = Self {
            list: list.collect(),
            root_list: kNoProgramListId,
        };
        for channel in 0..16 {
            let param = programs.named_by(channel).and_then(|id| params.find(id));
            if let (Some(param), Some(list)) = (param, programs.list_id(channel)) {
                let place = usize::try_from(units.of(param) - 1).ok();
                match place.and_then(|place| units.list.get_mut(place)) {
                    Some(unit) => unit.list = list,
                    None => units.root_list = list,
                }
            }
        }
        units
    }

    /// Where a parameter belongs.
    pub(super) fn of(&self, param: &Param) -> i32 {
        let found = self
            .list
            .binary_search_by(|unit| unit.path.as_str().cmp(&param.module));
        found
            .ok()
            .and_then(|place| i32::try_from(place + 1).ok())
            .unwrap_or(kRootUnitId)
    }

    /// How many there are with the root.
    fn count(&self) -> i32 {
        i32::try_from(self.list.len() + 1).unwrap_or(1)
    }

    fn info(&self, index: i32) -> Option<UnitInfo> {
        // SAFETY: numbers and arrays of numbers.
        let mut info: UnitInfo = unsafe { blank() };
        info.id = index;
        if index == kRootUnitId {
            info.parentUnitId = kNoParentUnitId;
            info.programListId = self.root_list;
            write_wide(&mut info.name, "Root");
            return Some(info);
        }
        let unit = self.list.get(usize::try_from(index - 1).ok()?)?;
        let name = unit
            .path
            .rsplit_once('/')
            .map_or(&*unit.path, |(_, name)| name);
        info.parentUnitId = unit.parent;
        info.programListId = unit.list;
        write_wide(&mut info.name, name);
        Some(info)
    }
}

/// A path, and those of the groups around it, outermost first.
fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    let inner = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    inner.chain(Some(path)).filter(|path| !path.is_empty())
}

impl Core {
    /// The unit of a channel's program.
    pub(super) fn program_unit(&self, channel: u8) -> i32 {
        let param = self
            .programs
            .named_by(channel)
            .and_then(|id| self.params.find(id));
        param.map_or(kRootUnitId, |param| self.units.of(param))
    }

    fn program_list(&self, index: i32) -> Option<ProgramListInfo> {
        let channel = u8::try_from(index).ok()?;
        // SAFETY: numbers and arrays of numbers.
        let mut info: ProgramListInfo = unsafe { blank() };
        info.id = self.programs.list_id(channel)?;
        info.programCount = PROGRAMS;
        write_wide(&mut info.name, &format!("Channel {}", channel + 1));
        Some(info)
    }

    fn program_name(&self, list: i32, program: i32) -> Option<String128> {
        let channel = self.programs.channel_of_list(list)?;
        let mut name = [0; 128];
        write_wide(
            &mut name,
            &self.programs.name(&self.plugin, channel, program)?,
        );
        Some(name)
    }

    /// The unit that a channel of an event bus belongs to.
    fn unit_of_bus(&self, media: i32, direction: i32, bus: i32, channel: i32) -> Option<i32> {
        let is_first = media == codes::EVENTS && direction == codes::INPUT && bus == 0;
        let channel = u8::try_from(channel).ok().filter(|_| is_first)?;
        self.programs.id(channel)?;
        Some(self.program_unit(channel))
    }
}

impl IUnitInfoTrait for Component {
    unsafe fn getUnitCount(&self) -> i32 {
        self.main(1, |core| core.units.count())
    }

    unsafe fn getUnitInfo(&self, index: i32, info: *mut UnitInfo) -> tresult {
        self.main(FAILED, |core| {
            let Some(unit) = core.units.info(index) else {
                return kInvalidArgument;
            };
            // SAFETY: the host passes null or memory for one.
            unsafe { give(info, unit) }
        })
    }

    unsafe fn getProgramListCount(&self) -> i32 {
        self.main(0, |core| i32::try_from(core.programs.count()).unwrap_or(0))
    }

    unsafe fn getProgramListInfo(&self, index: i32, info: *mut ProgramListInfo) -> tresult {
        self.main(FAILED, |core| {
            let Some(list) = core.program_list(index) else {
                return kInvalidArgument;
            };
            // SAFETY: the host passes null or memory for one.
            unsafe { give(info, list) }
        })
    }

    unsafe fn getProgramName(&self, list: i32, program: i32, name: *mut String128) -> tresult {
        self.main(FAILED, |core| {
            let Some(text) = core.program_name(list, program) else {
                return kInvalidArgument;
            };
            // SAFETY: the host passes null or memory for one.
            unsafe { give(name, text) }
        })
    }

    unsafe fn getProgramInfo(
        &self,
        _list: i32,
        _program: i32,
        _attribute: CString,
        _value: *mut String128,
    ) -> tresult {
        kResultFalse
    }

    unsafe fn hasProgramPitchNames(&self, _list: i32, _program: i32) -> tresult {
        kResultFalse
    }

    unsafe fn getProgramPitchName(
        &self,
        _list: i32,
        _program: i32,
        _pitch: i16,
        _name: *mut String128,
    ) -> tresult {
        kResultFalse
    }

    unsafe fn getSelectedUnit(&self) -> i32 {
        kRootUnitId
    }

    unsafe fn selectUnit(&self, _unit: i32) -> tresult {
        kResultFalse
    }

    unsafe fn getUnitByBus(
        &self,
        media: i32,
        direction: i32,
        bus: i32,
        channel: i32,
        unit: *mut i32,
    ) -> tresult {
        self.main(FAILED, |core| {
            let Some(found) = core.unit_of_bus(media, direction, bus, channel) else {
                return kResultFalse;
            };
            // SAFETY: the host passes null or memory for one.
            unsafe { give(unit, found) }
        })
    }

    unsafe fn setUnitProgramData(
        &self,
        _list_or_unit: i32,
        _program: i32,
        _data: *mut IBStream,
    ) -> tresult {
        kNotImplemented
    }
}

#[cfg(test)]
mod tests {
    use super::prefixes;

    #[test]
    fn path_has_the_groups_around_it() {
        let all = |path| prefixes(path).collect::<Vec<_>>();
        assert_eq!(all("a/b/c"), ["a", "a/b", "a/b/c"]);
        assert_eq!(all("a"), ["a"]);
        assert!(all("").is_empty());
    }
}
