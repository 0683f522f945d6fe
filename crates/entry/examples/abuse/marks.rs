//! What a host shows and offers at a parameter, and what it asks of voices.

use std::ffi::c_void;
use std::ptr;

use clap_sys::color::clap_color;
use clap_sys::ext::context_menu::{
    CLAP_EXT_CONTEXT_MENU, clap_context_menu_builder, clap_context_menu_item_kind,
    clap_context_menu_target, clap_plugin_context_menu,
};
use clap_sys::ext::param_indication::{CLAP_EXT_PARAM_INDICATION, clap_plugin_param_indication};
use clap_sys::ext::voice_info::{CLAP_EXT_VOICE_INFO, clap_plugin_voice_info, clap_voice_info};

use super::chance::Chance;
use super::events;
use super::tally::Tally;
use super::victim::{Victim, call};

unsafe extern "C" fn add_item(
    builder: *const clap_context_menu_builder,
    _kind: clap_context_menu_item_kind,
    _item: *const c_void,
) -> bool {
    // SAFETY: the builder's own; null is the one that takes nothing.
    unsafe { !(*builder).ctx.is_null() }
}

impl Victim {
    /// Marks, a menu, or voices.
    pub(crate) fn ask_marks(&self, chance: &mut Chance, tally: &mut Tally) {
        let id = events::param(chance, &self.params);
        match chance.below(3) {
            0 => self.mark(id, chance, tally),
            1 => self.open_menu(id, chance, tally),
            _ => self.count_voices(chance, tally),
        }
    }

    fn mark(&self, id: u32, chance: &mut Chance, tally: &mut Tally) {
        let marks = self.extension::<clap_plugin_param_indication>(CLAP_EXT_PARAM_INDICATION);
        let Some(marks) = marks else { return };
        let color = clap_color {
            alpha: chance.byte(),
            red: chance.byte(),
            green: chance.byte(),
            blue: chance.byte(),
        };
        let color = if chance.one_in(4) {
            ptr::null()
        } else {
            &raw const color
        };
        let mut words = || {
            let words = chance.of([c"", c"K1", c"\xff\xfe", c"a knob with a long name"]);
            if chance.one_in(4) {
                ptr::null()
            } else {
                words.as_ptr()
            }
        };
        let (label, description) = (words(), words());
        let has_mapping = chance.one_in(2);
        let map = marks.set_mapping;
        call!(
            self,
            tally,
            "param_indication set_mapping",
            map,
            id,
            has_mapping,
            color,
            label,
            description
        );
        let state = chance.of([0, 1, 2, 3, 4, 5, u32::MAX]);
        let automate = marks.set_automation;
        call!(
            self,
            tally,
            "param_indication set_automation",
            automate,
            id,
            state,
            color
        );
    }

    fn open_menu(&self, id: u32, chance: &mut Chance, tally: &mut Tally) {
        let menu = self.extension::<clap_plugin_context_menu>(CLAP_EXT_CONTEXT_MENU);
        let Some(menu) = menu else { return };
        let target = clap_context_menu_target {
            kind: chance.of([1, 1, 1, 0, 7]),
            id,
        };
        let target = if chance.one_in(10) {
            ptr::null()
        } else {
            &raw const target
        };
        let mut taken = 0_u8;
        let builder = clap_context_menu_builder {
            ctx: if chance.one_in(3) {
                ptr::null_mut()
            } else {
                (&raw mut taken).cast()
            },
            add_item: if chance.one_in(10) {
                None
            } else {
                Some(add_item)
            },
            supports: None,
        };
        let builder = if chance.one_in(10) {
            ptr::null()
        } else {
            &raw const builder
        };
        let populate = menu.populate;
        call!(
            self,
            tally,
            "context_menu populate",
            populate,
            target,
            builder
        );
        let action = chance.of([0, 0, 1, 2, u32::MAX]);
        call!(
            self,
            tally,
            "context_menu perform",
            menu.perform,
            target,
            action
        );
    }

    fn count_voices(&self, chance: &mut Chance, tally: &mut Tally) {
        let Some(voices) = self.extension::<clap_plugin_voice_info>(CLAP_EXT_VOICE_INFO) else {
            return;
        };
        // SAFETY: a description of zeros is one.
        let mut info: clap_voice_info = unsafe { std::mem::zeroed() };
        let info = if chance.one_in(10) {
            ptr::null_mut()
        } else {
            &raw mut info
        };
        call!(self, tally, "voice_info get", voices.get, info);
    }
}
